import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { codeBlocks, readDocument, sectionOf } from './markdown.ts';

const document = readDocument('docs/interceptors.md');

describe('docs/interceptors.md', () => {
  for (const [heading, file] of [
    ['Authentication', 'examples/interceptors/authentication.ts'],
    ['Logging', 'examples/interceptors/logging.ts'],
    ['Trying again', 'examples/interceptors/retry.ts'],
    ['Authorization by certificate', 'examples/mutual-tls/authorization.ts'],
  ] as const) {
    test(`shows under "${heading}" what stands in ${file}`, () => {
      const blocks = codeBlocks(sectionOf(document, heading), 'ts');
      assert.ok(blocks.length > 0);
      const source = withoutIndentation(readDocument(file));
      assert.deepEqual(
        blocks.filter((block) => !source.includes(withoutIndentation(block).trimEnd())),
        [],
      );
    });
  }

  test('shows what the example prints, as its test knows it', () => {
    const [printed = ''] = codeBlocks(sectionOf(document, 'Trying again'), 'text');
    const lines = printed.trimEnd().split('\n');
    const known = readDocument('test/e2e/interceptors.test.ts');
    assert.equal(lines.length, 5);
    assert.deepEqual(
      lines.filter((line) => !known.includes(`'${line}'`)),
      [],
    );
  });
});

/** The document shows inner functions at the left margin. */
function withoutIndentation(text: string): string {
  return text.replace(/^ +/gm, '');
}
