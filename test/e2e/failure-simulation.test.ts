import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { PrintedLine, ProgramProcess } from '../../examples/cluster/demo/program-process.ts';
import { FAILURE, TASK_DONE, TASK_SENT, TOKEN } from '../../examples/cluster/demo/story.ts';
import { endOf, Tutorial, textsOf } from './tutorial.ts';

/** Worker-a fails and recovers in cycles of 5.4 s; worker-b joins while both clients are at worker-a. */
describe('a worker that simulates failures', () => {
  let tutorial: Tutorial;
  let director: ProgramProcess;
  let failing: ProgramProcess;
  let client: ProgramProcess;
  let stream: ProgramProcess;

  before(async () => {
    tutorial = await Tutorial.create();
    director = await tutorial.startDirector();
    const pace = { TOKEN_INTERVAL_MS: '50', TASK_DURATION_MS: '20' };
    failing = await tutorial.startWorker('worker-a', { ...pace, WORKER_FAILURE_ENABLED: 'true', WORKER_FAILURE_CYCLE_MS: '5400' });
    await director.waitForLine(/status: 1 workers/);
    client = tutorial.start('client.ts', { TASK_INTERVAL_MS: '50', TASK_COUNT: '70' });
    stream = tutorial.start('streaming-client.ts', { TOKEN_COUNT: '100' });
    await Promise.all([client.waitForLine(TASK_DONE), stream.waitForLine(TOKEN)]);
    await tutorial.startWorker('worker-b', pace);
    assert.deepEqual(await Promise.all([endOf(client), endOf(stream)]), [0, 0]);
    await failing.waitForLine(/recovered and ready/);
  });

  after(() => tutorial.close());

  test('announces each phase of its cycle', () => {
    const phases = textsOf(failing).filter((text) => /^(⚠️|💥|🔄|✅ {2}?\[)|recovered/.test(text));
    assert.deepEqual(phases.slice(0, 4), [
      '⚠️  [worker-a] Simulating worker failure in 0.9 seconds...',
      '💥 [worker-a] Worker failed!',
      '🔄 [worker-a] Worker recovering...',
      '✅ [worker-a] Worker recovered and ready to serve!',
    ]);
  });

  test('leaves the pool while it is failed and is back after it', async () => {
    const sizes = (): string =>
      textsOf(director)
        .flatMap((text) => /status: (\d) workers/.exec(text)?.[1] ?? [])
        .join('');
    await director.waitFor('a pool that shrinks from 2 to 1 and grows again', () => (/2+1+2/.test(sizes()) ? true : undefined));
  });

  test('hands its stream over without a gap or a repetition', () => {
    const sequences = textsOf(stream).flatMap((text) => TOKEN.exec(text)?.[1] ?? []);
    assert.deepEqual(
      sequences.map(Number),
      Array.from({ length: 100 }, (_, index) => index + 1),
    );
    assert.ok(textsOf(stream).includes('⚠️  Worker failed: worker-a simulates a failure - returning to director'));
    assert.ok(textsOf(stream).includes('🔄 returning to director for new worker assignment'));
  });

  test('interrupts the reader for less than a second', () => {
    const pauseMs = longestPause(stream.lines.filter(({ text }) => TOKEN.test(text)));
    assert.ok(pauseMs < 1_000, `the longest pause was ${pauseMs} ms`);
  });

  test('loses no task', () => {
    const texts = textsOf(client);
    const sent = new Set(texts.flatMap((text) => TASK_SENT.exec(text)?.[1] ?? []));
    const done = texts.flatMap((text) => TASK_DONE.exec(text)?.[1] ?? []);
    assert.equal(sent.size, 70);
    assert.deepEqual(done, [...sent]);
    assert.deepEqual(new Set(texts.flatMap((text) => TASK_DONE.exec(text)?.[2] ?? [])), new Set(['worker-a', 'worker-b']));
  });
});

test('a stream whose worker is killed goes on with another one from the next token', async () => {
  const tutorial = await Tutorial.create();
  try {
    await tutorial.startDirector();
    const worker = await tutorial.startWorker('worker-a', { TOKEN_INTERVAL_MS: '50' });
    const stream = tutorial.start('streaming-client.ts', { TOKEN_COUNT: '60' });
    await stream.waitForLine(TOKEN);
    await tutorial.startWorker('worker-b', { TOKEN_INTERVAL_MS: '50' });
    await stream.waitForLine(/sequence=15,/);
    worker.kill('SIGKILL');
    assert.equal(await endOf(stream), 0);
    const tokens = stream.lines.filter(({ text }) => TOKEN.test(text));
    assert.deepEqual(
      tokens.map(({ text }) => Number(TOKEN.exec(text)?.[1])),
      Array.from({ length: 60 }, (_, index) => index + 1),
    );
    assert.equal(textsOf(stream).filter((text) => FAILURE.test(text)).length, 1);
    assert.ok(longestPause(tokens) < 2_500, `the longest pause was ${longestPause(tokens)} ms`);
  } finally {
    await tutorial.close();
  }
});

function longestPause(lines: readonly PrintedLine[]): number {
  return Math.max(...lines.slice(1).map(({ atMs }, index) => atMs - (lines[index]?.atMs ?? 0)));
}
