import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { generate } from '../../../src/codegen.ts';
import { definitionOf, generatorProject, rpcnetGen } from '../../support/generator-project.ts';

const COMPUTE = definitionOf('ComputeService');

for (const [config, extension] of [
  ['{ "compilerOptions": { "module": "nodenext" } }', '.js'],
  ['{ "compilerOptions": { "module": "NodeNext", "rewriteRelativeImportExtensions": true } }', '.ts'],
  ['{ "compilerOptions": { "moduleResolution": "bundler", "allowImportingTsExtensions": true } }', '.ts'],
  ['{ "compilerOptions": { "moduleResolution": "Bundler" } }', ''],
  ['{ "compilerOptions": { "module": "preserve", } /* with a comma */ }', ''],
  ['// inherited\n{ "extends": "./base" }', '.ts'],
  ['{ "extends": "@company/tsconfig/strict.json" }', ''],
  ['{ "extends": "@company/tsconfig" }', '.ts'],
  ['{ "extends": "@company/missing" }', '.js'],
  ['{ "files": [], "references": [{ "path": "./base.json" }, { "path": "./app.json" }] }', ''],
  ['{ "files": [], "references": [{ "path": "./base.json" }, { "path": "./other" }] }', '.ts'],
  ['{ "compilerOptions": ', '.js'],
] as const) {
  test(`imports end in '${extension}' under the tsconfig ${config.replaceAll('\n', ' ')}`, async () => {
    const cwd = generatorProject({
      'compute.rpc.ts': COMPUTE,
      'tsconfig.json': config,
      'base.json': '{ "compilerOptions": { "allowImportingTsExtensions": true } }',
      'app.json': '{ "compilerOptions": { "moduleResolution": "bundler" }, "include": ["src/**/*"] }',
      'node_modules/@company/tsconfig/strict.json': '{ "compilerOptions": { "moduleResolution": "bundler" } }',
      'node_modules/@company/tsconfig/tsconfig.json': '{ "extends": "../../../base.json" }',
    });
    await generate({ input: 'compute.rpc.ts', cwd });
    assert.match(readFileSync(join(cwd, 'src/generated/compute/client.ts'), 'utf8'), new RegExp(`'./codec${extension}';`, 'u'));
  });
}

test('--import-extension wins over tsconfig', async () => {
  const cwd = generatorProject({ 'compute.rpc.ts': COMPUTE, 'tsconfig.json': '{ "compilerOptions": { "module": "nodenext" } }' });
  await rpcnetGen(cwd, '-i', 'compute.rpc.ts', '--import-extension', 'none');
  assert.match(readFileSync(join(cwd, 'src/generated/compute/client.ts'), 'utf8'), /'\.\/codec';/u);
});
