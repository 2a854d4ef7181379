import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { generate } from '../../src/codegen.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));

for (const example of ['cluster', 'greeting']) {
  test(`the generated code of the ${example} example is what its definitions give: if not, run npm run generate:examples`, async () => {
    const { diagnostics, stale, missing, orphaned } = await generate({
      input: `${example}/definitions`,
      output: `${example}/generated`,
      cwd: EXAMPLES,
      check: true,
    });
    assert.deepEqual({ diagnostics, stale, missing, orphaned }, { diagnostics: [], stale: [], missing: [], orphaned: [] });
  });
}
