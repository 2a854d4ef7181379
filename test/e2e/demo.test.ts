import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { ProgramProcess } from '../../examples/cluster/demo/program-process.ts';
import { formatProofs, type Proof, prove } from '../../examples/cluster/demo/proof.ts';
import { type Observations, runStory } from '../../examples/cluster/demo/story.ts';

describe('the story of the demo, with real processes', () => {
  let proofs: readonly Proof[] = [];
  const printed: string[] = [];

  before(async () => {
    const observations = await runStory({
      onLine: (program, line) => printed.push(`${program} ${line}`),
      onStep: (text) => printed.push(`▶ ${text}`),
      signal: new AbortController().signal,
    }).catch((error: unknown) => assert.fail(`${error}\n${printed.join('\n')}`));
    proofs = prove(observations);
  });

  const promises = [
    'tasks sent',
    'tasks completed',
    'tasks lost',
    'workers that did tasks',
    'SIGKILL of a worker to the next completed task',
    'SIGKILL to the pool without that worker',
    'start of its new process to the pool with it',
    'sizes of the pool',
    'failed calls after SIGINT of the other',
    'exit status of the worker after SIGINT',
    'the director reported it as',
    'tokens of the stream',
  ];
  for (const promise of promises) {
    test(`it keeps its promise about ${promise}`, () => {
      const proof = proofs.find(({ what }) => what === promise);
      assert.ok(proof?.holds, `${JSON.stringify(proof)}\n${printed.join('\n')}`);
    });
  }

  test('it makes no promise that is not tested here', () => {
    assert.deepEqual(
      proofs.map(({ what }) => what),
      promises,
    );
  });
});

describe('the proofs of the demo', () => {
  const good: Observations = {
    taskLines: tasks(40, (number) => (number <= 20 ? 'worker-a' : 'worker-b')),
    tokenLines: tokens(1, 30),
    poolSizes: [1, 2, 2, 1, 2, 1, 0],
    killToNextTaskMs: 1_400,
    killToReportMs: 6_000,
    restartToPoolMs: 900,
    failuresAfterInterrupt: [],
    interruptedExit: 0,
    interruptedLeft: true,
  };

  test('all hold when everything went well', () => {
    assert.deepEqual(brokenBy({}), []);
  });

  const cases: readonly [string, Partial<Observations>, readonly string[]][] = [
    [
      'a task that was sent and never done',
      { taskLines: [...good.taskLines, ...lines('📤 Sending task: task-41')] },
      ['tasks completed', 'tasks lost'],
    ],
    [
      'a task that was done twice',
      { taskLines: [...good.taskLines, ...lines('✅ Task task-40 completed by worker: worker-b')] },
      ['tasks completed'],
    ],
    ['a client that hardly worked', { taskLines: tasks(12, (number) => `worker-${number % 2}`) }, ['tasks sent']],
    ['a client that never changed its worker', { taskLines: tasks(40, () => 'worker-a') }, ['workers that did tasks']],
    ['a slow change of worker', { killToNextTaskMs: 2_501 }, ['SIGKILL of a worker to the next completed task']],
    ['a late report', { killToReportMs: 8_001 }, ['SIGKILL to the pool without that worker']],
    ['a slow return', { restartToPoolMs: 3_001 }, ['start of its new process to the pool with it']],
    ['a pool that never shrank', { poolSizes: [1, 2] }, ['sizes of the pool']],
    ['a failed call after SIGINT', { failuresAfterInterrupt: ['⚠️  Worker failed'] }, ['failed calls after SIGINT of the other']],
    ['a worker that SIGINT killed', { interruptedExit: 'SIGINT' }, ['exit status of the worker after SIGINT']],
    ['a worker that did not say goodbye', { interruptedLeft: false }, ['the director reported it as']],
    ['a token left out', { tokenLines: [...tokens(1, 15), ...tokens(17, 30)] }, ['tokens of the stream']],
    ['a token seen twice', { tokenLines: [...tokens(1, 15), ...tokens(15, 30)] }, ['tokens of the stream']],
    ['a short stream', { tokenLines: tokens(1, 19) }, ['tokens of the stream']],
  ];
  for (const [name, change, broken] of cases) {
    test(`do not hold after ${name}`, () => {
      assert.deepEqual(brokenBy(change), broken);
    });
  }

  test('are marked in the table', () => {
    const table = formatProofs(prove({ ...good, killToReportMs: 9_000 }));
    assert.equal(table.match(/^✅/gm)?.length, 11);
    assert.match(table, /^❌ SIGKILL to the pool without that worker .* 9000 ms .*at most 8000 ms/m);
  });

  function brokenBy(change: Partial<Observations>): string[] {
    return prove({ ...good, ...change })
      .filter(({ holds }) => !holds)
      .map(({ what }) => what);
  }
});

test('a demo that is stopped with Ctrl+C leaves no process and no file behind and does not claim success', async () => {
  // A folder of its own for its files: another demo may run on this machine.
  const temporary = await mkdtemp(join(tmpdir(), 'rpcnet-demo-test-'));
  const demo = new ProgramProcess({ name: 'demo', file: 'demo/demo.ts', environment: { TMPDIR: temporary } });
  try {
    await demo.waitForLine(/client {3}│ ✅ Task/);
    const children = childrenOf(demo.pid);
    assert.equal(children.length, 5);
    assert.equal(demoFolders(temporary).length, 1);
    demo.kill('SIGINT');
    await demo.ended;
    assert.equal(demo.end, 1);
    assert.match(demo.lines.at(-1)?.text ?? '', /^❌ The demo could not be finished: Stopped while waiting/);
    for (const pid of children) assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
    assert.deepEqual(demoFolders(temporary), []);
  } finally {
    if (demo.end === undefined) demo.kill('SIGTERM');
    await demo.ended;
    await rm(temporary, { recursive: true, force: true });
  }
});

/** The programs of the tutorial that a process has started. tsx may have a compiler running beside them. */
function childrenOf(parent: number | undefined): number[] {
  const rows = execFileSync('ps', ['-A', '-o', 'ppid=,pid=,args='], { encoding: 'utf8' }).split('\n');
  return rows.flatMap((row) => {
    const [, ppid, pid, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row) ?? [];
    return Number(ppid) === parent && command.includes('examples/cluster/') ? [Number(pid)] : [];
  });
}

function demoFolders(temporary: string): string[] {
  return readdirSync(temporary).filter((name) => name.startsWith('rpcnet-demo-'));
}

function lines(...texts: readonly string[]): Observations['taskLines'] {
  return texts.map((text) => ({ atMs: 0, text, stream: 'stdout' }));
}

function tasks(count: number, workerOf: (number: number) => string): Observations['taskLines'] {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  return lines(
    ...numbers.flatMap((number) => [`📤 Sending task: task-${number}`, `✅ Task task-${number} completed by worker: ${workerOf(number)}`]),
  );
}

function tokens(first: number, last: number): Observations['tokenLines'] {
  const numbers = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  return lines(...numbers.map((number) => `📦 received token (sequence=${number}, text="token-${number}", total=${number})`));
}
