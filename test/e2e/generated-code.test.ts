import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { generateFiles } from '../../src/codegen/generate-files.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));

for (const example of ['cluster', 'greeting']) {
  test(`the generated code of the ${example} example is what its definitions give`, () => {
    const definitions = join(EXAMPLES, example, 'definitions');
    const output = join(EXAMPLES, example, 'generated');
    const inputs = readdirSync(definitions).map((name) => join(definitions, name));
    const { files, diagnostics } = generateFiles({
      inputs,
      output,
      parts: new Set(['types', 'codec', 'errors', 'server', 'client']),
      importExtension: '.ts',
      runtimeModule: 'rpcnet/generated',
      libraryModule: 'rpcnet',
      readFile: (path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined),
    });
    assert.deepEqual(diagnostics, []);
    const committed = readdirSync(output, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    assert.deepEqual(committed.map((name) => join(output, name)).sort(), files.map((file) => file.path).sort());
    for (const { path, text } of files) {
      assert.equal(readFileSync(path, 'utf8'), text, `${path} is not current: run npm run generate:examples`);
    }
  });
}
