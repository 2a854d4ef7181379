import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { PrintedLine, ProgramProcess } from '../../examples/cluster/demo/program-process.ts';
import { FAILURE, TASK_DONE, TASK_SENT, TOKEN } from '../../examples/cluster/demo/story.ts';
import { endOf, Tutorial, textsOf, transcript } from './tutorial.ts';

/** Worker-a fails and recovers in cycles of 9 s. Two streams and a client are spread over both workers, so that one stream is with worker-a. */
describe('a worker that simulates failures', () => {
  let tutorial: Tutorial;
  let director: ProgramProcess;
  let failing: ProgramProcess;
  let client: ProgramProcess;
  /** The stream that was with worker-a when it failed. */
  let moved: ProgramProcess;

  before(async () => {
    tutorial = await Tutorial.create();
    director = await tutorial.startDirector();
    const pace = { TOKEN_INTERVAL_MS: '50', TASK_DURATION_MS: '20' };
    await tutorial.startWorker('worker-b', pace);
    failing = await tutorial.startWorker('worker-a', { ...pace, WORKER_FAILURE_ENABLED: 'true', WORKER_FAILURE_CYCLE_MS: '9000' });
    await director.waitForLine(/status: 2 workers/);
    const streams = [tutorial.start('streaming-client.ts'), tutorial.start('streaming-client.ts')];
    // The director gives the second stream the other worker, before the client's calls count as well.
    await Promise.all(streams.map((stream) => stream.waitForLine(TOKEN)));
    client = tutorial.start('client.ts', { TASK_INTERVAL_MS: '50' });
    moved = await Promise.any(streams.map((stream) => stream.waitForLine(/Worker failed: worker-a simulates/).then(() => stream)));
    const from = moved.lines.length;
    await moved.waitForLine(TOKEN, from);
    await failing.waitForLine(/recovered and ready/);
    for (const program of [...streams, client]) {
      program.kill('SIGINT');
      assert.equal(await endOf(program), 0);
    }
  });

  after(() => tutorial.close());

  test('announces each phase of its cycle', () => {
    const phases = textsOf(failing).filter((text) => /Simulating|failed!|recover/.test(text));
    assert.deepEqual(phases.slice(0, 4), [
      '⚠️  [worker-a] Simulating worker failure in 1.5 seconds...',
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
    const sequences = textsOf(moved).flatMap((text) => TOKEN.exec(text)?.[1] ?? []);
    assert.deepEqual(
      sequences.map(Number),
      sequences.map((_, index) => index + 1),
    );
    assert.ok(textsOf(moved).includes('🔄 returning to director for new worker assignment'));
  });

  test('interrupts the reader for less than a second', () => {
    const pauseMs = longestPause(moved.lines.filter(({ text }) => TOKEN.test(text)));
    assert.ok(pauseMs < 1_000, `the longest pause was ${pauseMs} ms\n${transcript(director, failing, moved)}`);
  });

  test('loses no task', () => {
    const texts = textsOf(client);
    const sent = new Set(texts.flatMap((text) => TASK_SENT.exec(text)?.[1] ?? []));
    const done = texts.flatMap((text) => TASK_DONE.exec(text)?.[1] ?? []);
    assert.ok(sent.size > 0);
    assert.deepEqual(done, [...sent]);
  });
});

test('a stream whose worker is killed goes on with another one from the next token', async () => {
  const tutorial = await Tutorial.create();
  try {
    await tutorial.startDirector();
    const worker = await tutorial.startWorker('worker-a', { TOKEN_INTERVAL_MS: '50' });
    const stream = tutorial.start('streaming-client.ts');
    await stream.waitForLine(TOKEN);
    await tutorial.startWorker('worker-b', { TOKEN_INTERVAL_MS: '50' });
    worker.kill('SIGKILL');
    const failure = await stream.waitForLine(FAILURE);
    await stream.waitFor('20 more tokens', () =>
      stream.lines.filter(({ atMs, text }) => atMs > failure.atMs && TOKEN.test(text)).length >= 20 ? true : undefined,
    );
    stream.kill('SIGINT');
    assert.equal(await endOf(stream), 0);
    const tokens = stream.lines.filter(({ text }) => TOKEN.test(text));
    assert.deepEqual(
      tokens.map(({ text }) => Number(TOKEN.exec(text)?.[1])),
      tokens.map((_, index) => index + 1),
    );
    assert.equal(textsOf(stream).filter((text) => FAILURE.test(text)).length, 1);
    assert.ok(longestPause(tokens) < 2_500, `the longest pause was ${longestPause(tokens)} ms\n${transcript(stream)}`);
  } finally {
    await tutorial.close();
  }
});

function longestPause(lines: readonly PrintedLine[]): number {
  return Math.max(...lines.slice(1).map(({ atMs }, index) => atMs - (lines[index]?.atMs ?? 0)));
}
