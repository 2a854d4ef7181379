import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { definitionOf, generatorProject, writeIn } from '../../support/generator-project.ts';
import { codeBlocks, readDocument, sectionOf } from '../../unit/docs/markdown.ts';

const document = readDocument('docs/generator.md');
const api = new URL('../../../src/codegen.ts', import.meta.url).href;

/** The first block of a section in a language, as it stands in the document. */
function blockOf(heading: string, language: string): string {
  const [block] = codeBlocks(sectionOf(document, heading), language);
  assert.ok(block !== undefined, `${heading} has no ${language}`);
  return block;
}

/** A command `rpcnet-gen` in a project that runs the sources, as npm would link it. */
function linkCommand(cwd: string): void {
  const command = fileURLToPath(new URL('../../../src/cli/rpcnet-gen.ts', import.meta.url));
  const path = join(cwd, 'node_modules/.bin/rpcnet-gen');
  writeIn(
    cwd,
    'node_modules/.bin/rpcnet-gen',
    `#!/bin/sh\nexec '${process.execPath}' --import '${import.meta.resolve('tsx')}' '${command}' "$@"\n`,
  );
  chmodSync(path, 0o755);
}

function npmRun(cwd: string, script: string): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr, error } = spawnSync('npm', ['run', '--silent', script], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${join(process.execPath, '..')}${delimiter}${process.env.PATH}`, npm_config_update_notifier: 'false' },
  });
  assert.ifError(error);
  return { status, output: `${stdout}${stderr}` };
}

test('the npm scripts of the documentation generate before a build and check in CI', () => {
  const scripts = JSON.parse(blockOf('npm scripts', 'json')).scripts as Record<string, string>;
  // The compiler is no part of this test: that the code is there when it would begin is.
  const cwd = generatorProject({
    'package.json': JSON.stringify({ type: 'module', scripts: { ...scripts, build: 'node build.mjs' } }),
    'build.mjs':
      "import { existsSync } from 'node:fs';\nconsole.log(existsSync('src/generated/compute/index.ts') ? 'built' : 'too early');\n",
    'rpcnet.config.json': blockOf('Configuration file', 'json'),
    'src/compute.rpc.ts': definitionOf('ComputeService'),
    'src/legacy/old.rpc.ts': 'not typescript',
  });
  linkCommand(cwd);
  const build = npmRun(cwd, 'build');
  assert.deepEqual([build.status, build.output.trim().split('\n').at(-1)], [0, 'built']);
  assert.equal(npmRun(cwd, 'check:generated').status, 0);
  writeIn(cwd, 'src/compute.rpc.ts', definitionOf('ComputeService', 'taskId: number'));
  const check = npmRun(cwd, 'check:generated');
  assert.equal(check.status, 1);
  assert.match(check.output, /^stale: src\/generated\/compute\/types\.ts$/mu);
});

test('the .mjs configuration of the documentation is one', () => {
  const cwd = generatorProject({
    'rpcnet.config.mjs': blockOf('Configuration file', 'js'),
    'definitions/compute.rpc.ts': definitionOf('ComputeService'),
  });
  linkCommand(cwd);
  const run = (env: NodeJS.ProcessEnv): readonly string[] =>
    spawnSync(join(cwd, 'node_modules/.bin/rpcnet-gen'), { cwd, encoding: 'utf8', env: { ...process.env, ...env } }).stdout.split('\n');
  assert.ok(run({ CLIENT: '0' }).includes('src/generated/compute/server.ts'));
  rmSync(join(cwd, 'src'), { recursive: true });
  assert.ok(!run({ CLIENT: '1' }).includes('src/generated/compute/server.ts'));
});

/** The parts of a Vite plugin that the recipe has. */
interface Plugin {
  readonly name: string;
  buildStart(this: PluginContext): Promise<void>;
  watchChange(this: PluginContext, file: string, change: { readonly event: string }): Promise<void>;
}

/** What Vite and Rollup give a hook as `this`. */
interface PluginContext {
  readonly meta: { readonly watchMode: boolean };
  addWatchFile(file: string): void;
  warn(message: string): void;
  error(message: string): never;
}

class Vite implements PluginContext {
  readonly meta: { readonly watchMode: boolean };
  readonly watched = new Set<string>();
  readonly warnings: string[] = [];

  constructor(watchMode: boolean) {
    this.meta = { watchMode };
  }

  addWatchFile(file: string): void {
    this.watched.add(file);
  }

  warn(message: string): void {
    this.warnings.push(message);
  }

  error(message: string): never {
    throw new Error(message);
  }
}

/** The plugin of the documentation in a project, set up as the documented `vite.config.js` does. */
async function pluginIn(cwd: string): Promise<Plugin> {
  const [source = '', config = ''] = codeBlocks(sectionOf(document, 'Vite'), 'js');
  writeIn(cwd, 'rpcnet-plugin.js', source.replace("'rpcnet/codegen'", `'${api}'`));
  // Vite runs in the folder of the project; this process does not.
  writeIn(cwd, 'vite.config.js', config.replace("only: 'client'", `only: 'client', cwd: ${JSON.stringify(cwd)}`));
  const { default: loaded } = (await import(pathToFileURL(join(cwd, 'vite.config.js')).href)) as { default: { plugins: Plugin[] } };
  const [plugin] = loaded.plugins;
  assert.ok(plugin !== undefined);
  return plugin;
}

const PROJECT = {
  'package.json': '{ "type": "module" }',
  'src/compute.rpc.ts': `import type { Task } from './task.ts';\n${definitionOf('ComputeService', 'task: Task')}`,
  'src/task.ts': 'export interface Task { id: string }\n',
};

test('the Vite plugin of the documentation generates before a build', async () => {
  const cwd = generatorProject(PROJECT);
  const vite = new Vite(false);
  await (await pluginIn(cwd)).buildStart.call(vite);
  assert.ok(existsSync(join(cwd, 'src/generated/compute/client.ts')));
  assert.deepEqual(vite.warnings, []);
});

test('the Vite plugin ends a build over errors', async () => {
  const cwd = generatorProject({ ...PROJECT, 'src/task.ts': 'export interface Task { id: any }\n' });
  const plugin = await pluginIn(cwd);
  await assert.rejects(plugin.buildStart.call(new Vite(false)), /^Error: src\/task\.ts:1:29: error: /u);
});

test('the Vite plugin follows definitions and what they import during development', async () => {
  const cwd = generatorProject(PROJECT);
  const vite = new Vite(true);
  const plugin = await pluginIn(cwd);
  const codec = (): string => readFileSync(join(cwd, 'src/generated/compute/codec.ts'), 'utf8');
  const save = async (name: string, text: string, event = 'update'): Promise<void> => {
    writeIn(cwd, name, text);
    await plugin.watchChange.call(vite, join(cwd, name), { event });
  };
  await plugin.buildStart.call(vite);
  assert.deepEqual([...vite.watched].sort(), [join(cwd, 'src/compute.rpc.ts'), join(cwd, 'src/task.ts')]);
  const before = codec();
  await save('src/other.ts', 'export {};\n');
  assert.equal(codec(), before);
  await save('src/task.ts', 'export interface Task { id: number }\n');
  assert.notEqual(codec(), before);
  await save('src/task.ts', 'export interface Task { id: any }\n');
  assert.match(vite.warnings.join('\n'), /^src\/task\.ts:1:29: error: /u);
  await save('src/task.ts', 'export interface Task { id: string }\n');
  assert.equal(codec(), before);
  await save('src/echo.rpc.ts', definitionOf('EchoService'), 'create');
  assert.ok(existsSync(join(cwd, 'src/generated/echo/client.ts')));
  for (const name of ['src/echo.rpc.ts', 'src/compute.rpc.ts']) {
    rmSync(join(cwd, name));
    await plugin.watchChange.call(vite, join(cwd, name), { event: 'delete' });
  }
  assert.match(vite.warnings.at(-1) ?? '', /matches no \*\.rpc\.ts file/u);
});
