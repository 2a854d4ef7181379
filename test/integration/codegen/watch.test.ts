import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type GenerateOptions, type GenerateResult, watchDefinitions } from '../../../src/codegen.ts';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import { definitionOf, generatorProject, writeIn } from '../../support/generator-project.ts';

const command = fileURLToPath(new URL('../../../src/cli/rpcnet-gen.ts', import.meta.url));

/** Generous, so that a busy machine fails no test; how fast it is on a quiet one has a test of its own. */
const PATIENCE_MS = 20_000;

type Event = GenerateResult | RpcError;

/** A watch of a project in this process, with what it told in a queue. */
class Watch {
  readonly #interrupted = new AbortController();
  readonly #events: Event[] = [];
  readonly #ended: Promise<void>;
  #arrived: () => void = () => undefined;

  constructor(options: GenerateOptions) {
    const tell = (event: Event): void => {
      this.#events.push(event);
      this.#arrived();
    };
    this.#ended = watchDefinitions({ options, signal: this.#interrupted.signal, onResult: tell, onError: tell });
  }

  async next(): Promise<Event> {
    const late = setTimeout(() => this.#arrived(), PATIENCE_MS);
    if (this.#events.length === 0) {
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
    }
    clearTimeout(late);
    const event = this.#events.shift();
    assert.ok(event !== undefined, `nothing was told within ${PATIENCE_MS} ms`);
    return event;
  }

  /** The next result; fails when the next is an error. */
  async result(): Promise<GenerateResult> {
    const event = await this.next();
    if (event instanceof RpcError) throw event;
    return event;
  }

  /** Results until one wrote this file: an editor's save may be seen in two steps. */
  async written(file: string): Promise<GenerateResult> {
    for (;;) {
      const event = await this.next();
      if (!(event instanceof RpcError) && event.written.includes(file)) return event;
    }
  }

  async end(): Promise<void> {
    this.#interrupted.abort();
    await this.#ended;
  }
}

async function watching(options: GenerateOptions, body: (watch: Watch) => Promise<void>): Promise<void> {
  const watch = new Watch(options);
  try {
    await body(watch);
  } finally {
    await watch.end();
  }
}

const FILES = ['types', 'index'].map((name) => `out/compute/${name}.ts`);

test('a saved definition is generated again', async () => {
  const cwd = generatorProject({ 'defs/compute.rpc.ts': definitionOf('ComputeService') });
  await watching({ input: 'defs', output: 'out', only: 'types', cwd }, async (watch) => {
    assert.deepEqual((await watch.result()).written, [...FILES, 'defs/compute.rpc.lock.json']);
    writeIn(cwd, 'defs/compute.rpc.ts', `${definitionOf('ComputeService')}// changed\n`);
    assert.deepEqual((await watch.written('out/compute/types.ts')).written, FILES);
  });
});

test('the output is there within 200 ms of a save', async () => {
  const cwd = generatorProject({ 'defs/compute.rpc.ts': definitionOf('ComputeService') });
  await watching({ input: 'defs', output: 'out', cwd }, async (watch) => {
    await watch.result();
    const tookMs: number[] = [];
    for (let round = 0; round < 8; round++) {
      const saved = performance.now();
      writeIn(cwd, 'defs/compute.rpc.ts', `${definitionOf('ComputeService')}// ${round}\n`);
      await watch.written('out/compute/codec.ts');
      tookMs.push(performance.now() - saved);
    }
    // The best of eight: the test is about the generator, not about what else the machine does.
    assert.ok(Math.min(...tookMs) < 200, `took ${tookMs.map(Math.round).join(', ')} ms`);
  });
});

test('a save that puts a new file in the place of the old one is seen', async () => {
  const cwd = generatorProject({ 'defs/compute.rpc.ts': definitionOf('ComputeService') });
  await watching({ input: 'defs/compute.rpc.ts', output: 'out', only: 'types', cwd }, async (watch) => {
    await watch.result();
    for (const round of ['first', 'second']) {
      writeIn(cwd, 'new.txt', `${definitionOf('ComputeService')}// ${round}\n`);
      renameSync(join(cwd, 'new.txt'), join(cwd, 'defs/compute.rpc.ts'));
      await watch.written('out/compute/types.ts');
    }
  });
});

test('errors are told, and end with the next good save', async () => {
  const cwd = generatorProject({ 'compute.rpc.ts': definitionOf('ComputeService', 'taskId: any') });
  await watching({ input: 'compute.rpc.ts', output: 'out', only: 'types', cwd }, async (watch) => {
    assert.equal((await watch.result()).diagnostics.length, 1);
    writeIn(cwd, 'compute.rpc.ts', definitionOf('ComputeService'));
    assert.deepEqual((await watch.written('out/compute/types.ts')).diagnostics, []);
  });
});

test('a save without a change tells nothing', async () => {
  const cwd = generatorProject({ 'compute.rpc.ts': definitionOf('ComputeService') });
  await watching({ input: 'compute.rpc.ts', output: 'out', only: 'types', cwd }, async (watch) => {
    await watch.result();
    writeIn(cwd, 'compute.rpc.ts', definitionOf('ComputeService'));
    writeIn(cwd, 'other.ts', 'export {};\n');
    await new Promise((resolve) => setTimeout(resolve, 150));
    writeIn(cwd, 'compute.rpc.ts', definitionOf('OtherService'));
    const { files } = await watch.result();
    assert.equal(files[0], 'out/other/types.ts');
  });
});

test('new definitions are found, also in new folders', async () => {
  const cwd = generatorProject({ 'defs/compute.rpc.ts': definitionOf('ComputeService') });
  await watching({ input: 'defs/**/*.rpc.ts', output: 'out', only: 'types', cwd }, async (watch) => {
    await watch.result();
    writeIn(cwd, 'defs/v1.2/deep/echo.rpc.ts', definitionOf('EchoService'));
    await watch.written('out/echo/types.ts');
    writeIn(cwd, 'defs/v1.2/deep/echo.rpc.ts', `${definitionOf('EchoService')}// changed\n`);
    await watch.written('out/echo/types.ts');
  });
});

test('a deleted definition is no error while others are left, and its output is orphaned', async () => {
  const cwd = generatorProject({ 'defs/compute.rpc.ts': definitionOf('ComputeService'), 'defs/echo.rpc.ts': definitionOf('EchoService') });
  await watching({ input: 'defs', output: 'out', only: 'types', cwd }, async (watch) => {
    await watch.result();
    rmSync(join(cwd, 'defs/echo.rpc.ts'));
    assert.deepEqual((await watch.result()).orphaned, ['out/echo/index.ts', 'out/echo/types.ts']);
  });
});

test('with prune the output of a deleted definition goes, too', async () => {
  const cwd = generatorProject({ 'defs/compute.rpc.ts': definitionOf('ComputeService'), 'defs/echo.rpc.ts': definitionOf('EchoService') });
  await watching({ input: 'defs', output: 'out', only: 'types', prune: true, cwd }, async (watch) => {
    await watch.result();
    rmSync(join(cwd, 'defs/echo.rpc.ts'));
    assert.deepEqual((await watch.result()).removed, ['out/echo/index.ts', 'out/echo/types.ts']);
    assert.equal(existsSync(join(cwd, 'out/echo')), false);
  });
});

test('a folder that is deleted is told once, and taken up again when it is back', async () => {
  const cwd = generatorProject({ 'defs/compute.rpc.ts': definitionOf('ComputeService') });
  await watching({ input: 'defs', output: 'out', only: 'types', cwd }, async (watch) => {
    await watch.result();
    rmSync(join(cwd, 'defs'), { recursive: true });
    let event = await watch.next();
    while (event instanceof RpcError && !event.message.includes('does not exist')) event = await watch.next();
    assert.ok(event instanceof RpcError);
    assert.equal(event.message, "input 'defs' does not exist");
    writeIn(cwd, 'defs/compute.rpc.ts', definitionOf('ComputeService', 'taskId: number'));
    await watch.written('out/compute/types.ts');
    writeIn(cwd, 'defs/compute.rpc.ts', definitionOf('ComputeService', 'taskId: boolean'));
    await watch.written('out/compute/types.ts');
  });
});

test('a folder that is replaced at once is still watched', async () => {
  const cwd = generatorProject({ 'defs/compute.rpc.ts': definitionOf('ComputeService') });
  await watching({ input: 'defs', output: 'out', only: 'types', cwd }, async (watch) => {
    await watch.result();
    for (const type of ['number', 'boolean', 'bigint']) {
      rmSync(join(cwd, 'defs'), { recursive: true });
      writeIn(cwd, 'defs/compute.rpc.ts', definitionOf('ComputeService', `taskId: ${type}`));
      await watch.written('out/compute/types.ts');
      writeIn(cwd, 'defs/compute.rpc.ts', `${definitionOf('ComputeService', `taskId: ${type}`)}// changed\n`);
      await watch.written('out/compute/types.ts');
    }
  });
});

test('a type that a definition imports is watched, wherever it is', async () => {
  const cwd = generatorProject({
    'defs/compute.rpc.ts': `import type { Task } from '../shared/task.ts';\n${definitionOf('ComputeService', 'task: Task')}`,
    'shared/task.ts': 'export interface Task { id: string }\n',
  });
  await watching({ input: 'defs', output: 'out', cwd }, async (watch) => {
    assert.deepEqual((await watch.result()).sources, ['defs/compute.rpc.ts', 'shared/task.ts']);
    writeIn(cwd, 'shared/task.ts', 'export interface Task { id: number }\n');
    await watch.written('out/compute/codec.ts');
    writeIn(cwd, 'shared/task.ts', 'export interface Task { id: any }\n');
    let { diagnostics } = await watch.result();
    while (diagnostics.length === 0) ({ diagnostics } = await watch.result());
    assert.equal(diagnostics[0]?.file, 'shared/task.ts');
  });
});

test('output inside the watched folder does not keep the watch busy', async () => {
  const cwd = generatorProject({ 'src/compute.rpc.ts': definitionOf('ComputeService') });
  await watching({ input: 'src', output: 'src/generated', only: 'types', cwd }, async (watch) => {
    assert.equal((await watch.result()).written.length, 3);
    await new Promise((resolve) => setTimeout(resolve, 200));
    writeIn(cwd, 'src/compute.rpc.ts', definitionOf('OtherService'));
    assert.equal((await watch.result()).files[0], 'src/generated/other/types.ts');
  });
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`the command ends cleanly on ${signal}, after a change of the definition and of the configuration`, async () => {
    const cwd = generatorProject({
      'compute.rpc.ts': definitionOf('ComputeService'),
      'rpcnet.config.json': '{ "input": "compute.rpc.ts", "output": "out", "only": "types" }',
    });
    const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), command, '--watch'], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const exit = once(child, 'exit');
    try {
      const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
      const until = async (wanted: string): Promise<void> => {
        for (;;) {
          const { value, done } = await lines.next();
          if (value === wanted) return;
          assert.notEqual(done, true, `the command ended before it printed '${wanted}'`);
        }
      };
      await until('watching 1 file; press Ctrl+C to end');
      writeIn(cwd, 'compute.rpc.ts', definitionOf('ComputeService', 'taskId: number'));
      await until('out/compute/types.ts');
      writeIn(cwd, 'rpcnet.config.json', '{ "input": "compute.rpc.ts", "output": "elsewhere", "only": "types" }');
      await until('elsewhere/compute/types.ts');
      child.kill(signal);
      assert.deepEqual(await exit, [0, null]);
      assert.match(readFileSync(join(cwd, 'elsewhere/compute/types.ts'), 'utf8'), /Generated by rpcnet-gen/u);
    } finally {
      child.kill('SIGKILL');
    }
  });
}

test('a watch with a wrong command line ends at once', async () => {
  const cwd = generatorProject({ 'rpcnet.config.json': '{ "inputs": "x" }' });
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), command, '--watch'], { cwd, stdio: 'ignore' });
  assert.deepEqual(await once(child, 'exit'), [2, null]);
});
