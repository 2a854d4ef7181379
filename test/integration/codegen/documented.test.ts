import assert from 'node:assert/strict';
import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { generate } from '../../../src/codegen.ts';
import { compile, compiledProject } from '../../support/compiled-project.ts';
import { definitionOf, generatorProject, rpcnetGen } from '../../support/generator-project.ts';
import { codeBlocks, readDocument, sectionOf } from '../../unit/docs/markdown.ts';

const document = readDocument('docs/generator.md');
const blocks = codeBlocks(document, 'ts');
const isDefinition = (block: string): boolean => /\bextends Service\b/u.test(block);
const [compute = '', ...otherDefinitions] = blocks.filter(isDefinition);
const programs = blocks.filter((block) => !isDefinition(block) && block.includes('import '));

/** What the programs of the document take for granted. */
const SURROUNDINGS = 'declare const cert: string;\ndeclare const key: string;\ndeclare const ca: string;\n';

test('every definition of the documentation generates code that compiles', async () => {
  assert.ok(compute.includes('ComputeService'));
  for (const definition of [compute, ...otherDefinitions]) {
    const cwd = compiledProject({ 'some.rpc.ts': definition });
    const { diagnostics } = await generate({ input: 'some.rpc.ts', output: 'generated', cwd });
    assert.deepEqual(diagnostics, [], definition);
    assert.deepEqual(compile(cwd), [], definition);
  }
});

test('every program of the documentation compiles', async () => {
  assert.ok(programs.length >= 3);
  const files = Object.fromEntries(programs.map((program, index) => [`program-${index + 1}.ts`, program]));
  const cwd = compiledProject({ 'compute.rpc.ts': compute, 'surroundings.d.ts': SURROUNDINGS, ...files }, { isolatedDeclarations: false });
  await generate({ input: 'compute.rpc.ts', output: 'generated', importExtension: 'js', cwd });
  assert.deepEqual(compile(cwd), []);
});

/** A command that a section shows, and what it shows below: in a terminal both streams come to that. */
function shownCommand(heading: string): { readonly args: readonly string[]; readonly output: string } {
  const [block = ''] = codeBlocks(sectionOf(document, heading), '');
  const [command = '', ...output] = block.split('\n');
  assert.match(command, /^\$ npx rpcnet-gen /u);
  return { args: command.split(' ').slice(3), output: output.join('\n') };
}

test('generating prints what the documentation shows', async () => {
  const { args, output } = shownCommand('Generating');
  const { stdout, stderr } = await rpcnetGen(generatorProject({ 'compute.rpc.ts': compute }), ...args);
  assert.deepEqual([stdout, stderr], [output, '']);
});

test('an error prints what the documentation shows', async () => {
  const { args, output } = shownCommand('Errors in a definition');
  const { stderr } = await rpcnetGen(generatorProject({ 'compute.rpc.ts': definitionOf('ComputeService', 'taskId: any') }), ...args);
  assert.equal(stderr, output);
});

test('a check prints what the documentation shows', async () => {
  const { args, output } = shownCommand('CI');
  const cwd = generatorProject({ 'compute.rpc.ts': definitionOf('ComputeService'), 'echo.rpc.ts': definitionOf('EchoService') });
  await generate({ input: '*.rpc.ts', cwd });
  appendFileSync(join(cwd, 'src/generated/compute/codec.ts'), '// edited\n');
  rmSync(join(cwd, 'echo.rpc.ts'));
  for (const name of ['types', 'codec', 'server', 'index']) rmSync(join(cwd, `src/generated/echo/${name}.ts`));
  const { stdout, stderr } = await rpcnetGen(cwd, ...args);
  assert.deepEqual([stdout, stderr], ['', output]);
});
