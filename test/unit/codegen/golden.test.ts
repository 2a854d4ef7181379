import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { generateGolden, goldenFolder } from '../../support/golden-codegen.ts';

const DEFINITIONS = ['compute.rpc.ts', 'generics.rpc.ts', 'kinds.rpc.ts', 'several.rpc.ts', 'shapes.rpc.ts', 'values.rpc.ts'];

// After a change that is meant: UPDATE_GOLDEN=1 node scripts/run-tests.mjs unit -- codegen golden, then read the difference.
const update = process.env.UPDATE_GOLDEN === '1';

for (const definition of DEFINITIONS) {
  test(`what is generated from ${definition} is what the golden files say`, () => {
    const { files, diagnostics } = generateGolden([definition]);
    assert.deepEqual(diagnostics, []);
    for (const { path, text } of files) {
      if (update) {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, text);
      }
      assert.equal(text, existsSync(path) ? readFileSync(path, 'utf8') : '(no golden file)', path.slice(goldenFolder.length + 1));
    }
  });
}

test('no golden file is left that nothing generates', () => {
  const generated = new Set(generateGolden(DEFINITIONS).files.map(({ path }) => path.slice(goldenFolder.length + '/generated/'.length)));
  const present = readdirSync(`${goldenFolder}/generated`, { recursive: true })
    .map((name) => String(name).replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.ts'));
  assert.deepEqual(present.sort(), [...generated].sort());
});

test('generating twice gives the same text', () => {
  assert.deepEqual(generateGolden(DEFINITIONS).files, generateGolden(DEFINITIONS).files);
});
