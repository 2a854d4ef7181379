import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anchorsIn, brokenLinks, codeBlocks, missingRows, sectionOf, tableRows } from './markdown.ts';

const DOCUMENT = `# Top
## One
| a | b |
|---|---|
| 1 | \`x\\|y\` |

\`\`\`sh
# not a heading
| no | row |
\`\`\`
### Below one
[a](other.md#there) [b](other.md#gone) [c](#two-things) [d](nowhere.md) [e](https://example.org)
## Two things!
| 2 | z |
`;

describe('what the tests of documents look with', () => {
  test('a section ends at the next heading of its level', () => {
    assert.match(sectionOf(DOCUMENT, 'One'), /Below one/);
    assert.doesNotMatch(sectionOf(DOCUMENT, 'One'), /\| 2 \|/);
    assert.throws(() => sectionOf(DOCUMENT, 'Three'), /no heading "Three"/);
  });

  test('rows are read from tables and not from code', () => {
    assert.deepEqual(tableRows(DOCUMENT), [
      ['a', 'b'],
      ['1', '`x|y`'],
      ['2', 'z'],
    ]);
  });

  test('a row that is missing or different is found', () => {
    assert.deepEqual(missingRows(DOCUMENT, [['1', 'x|y'], ['2']]), []);
    assert.deepEqual(missingRows(DOCUMENT, [['1', 'z'], ['3']]), ['1 | z', '3']);
  });

  test('blocks are found by their language', () => {
    assert.deepEqual(codeBlocks(DOCUMENT, 'sh'), ['# not a heading\n| no | row |\n']);
    assert.deepEqual(codeBlocks(DOCUMENT, 'ts'), []);
  });

  test('links to missing files and missing headings are broken', () => {
    const look = { exists: (path: string) => path !== 'docs/nowhere.md', anchorsOf: () => new Set(['there', ...anchorsIn(DOCUMENT)]) };
    assert.deepEqual(brokenLinks('docs/this.md', DOCUMENT, look), ['other.md#gone', 'nowhere.md']);
  });
});
