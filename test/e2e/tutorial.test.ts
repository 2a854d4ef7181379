import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { FAILURE, TASK_DONE } from '../../examples/cluster/demo/story.ts';
import { endOf, Tutorial, textsOf } from './tutorial.ts';

/** What a newcomer sees, line by line. */
describe('the programs of the cluster tutorial', () => {
  let tutorial: Tutorial;

  before(async () => {
    tutorial = await Tutorial.create();
  });

  after(() => tutorial.close());

  test('print the lines that the tutorial shows, survive a restart of the director, and stop in good order', async () => {
    const director = await tutorial.startDirector({ STATUS_INTERVAL_MS: '500' });
    const address = /listening on (\S+)/.exec(textsOf(director).at(-1) ?? '')?.[1] ?? '';
    const worker = await tutorial.startWorker('worker-a');
    const own = (await director.waitForLine(/ {3}- worker-a at (\S+) \(\d+ connections\)/))[1] ?? '';
    const client = tutorial.start('client.ts', { TASK_INTERVAL_MS: '50' });
    await client.waitForLine(/Task task-3 completed/);
    const stream = tutorial.start('streaming-client.ts', { TOKEN_COUNT: '3' });
    assert.equal(await endOf(stream), 0);

    assertInOrder(textsOf(director), [
      '🎯 Starting Director at 127.0.0.1:0',
      /^📁 Loading certificates from .*certs$/,
      '✅ Director registered itself in cluster',
      '✅ Cluster enabled - Director is now discoverable',
      '🔄 Load balancing strategy: LeastConnections',
      `🚀 Director ready - listening on ${address}`,
      '📊 Worker pool status: 1 workers available',
      /^ {3}- worker-a at \S+ \(\d+ connections\)$/,
      '📨 Client requesting worker assignment',
      `✅ Assigned worker: worker-a at ${own}`,
    ]);
    assertInOrder(textsOf(worker), [
      "👷 Starting Worker 'worker-a' at 127.0.0.1:0",
      '🔌 Binding server to 127.0.0.1:0...',
      '✅ Server bound successfully',
      `🌐 Enabling cluster, connecting to director at ${address}...`,
      '✅ Cluster enabled, connected to director',
      '🏷️  Tagging worker with role=worker and label=worker-a...',
      "✅ Worker 'worker-a' joined cluster with role=worker",
      "🚀 Worker 'worker-a' is running and ready to handle requests",
      '📋 [worker-a] Processing task: task-1',
    ]);
    assertInOrder(textsOf(client), [
      `📡 Starting Client - connecting to director at ${address}`,
      '✅ Connected to director',
      '🔍 Asking director for worker assignment',
      `🔀 Director assigned worker at ${own}`,
      '✅ Establishing direct connection to worker',
      '✅ Direct connection established',
      '📤 Sending task: task-1',
      '✅ Task task-1 completed by worker: worker-a',
    ]);
    assertInOrder(textsOf(stream), [
      '📤 creating request stream',
      '🌊 stream opened successfully, starting to consume responses',
      '🔄 worker confirmed connection',
      '📦 received token (sequence=1, text="token-1", total=1)',
    ]);

    // Two workers still have each other, and must look for the director all the same.
    const second = await tutorial.startWorker('worker-b');
    await director.waitForLine(/status: 2 workers/);
    director.kill('SIGTERM');
    assert.equal(await endOf(director), 0);
    const again = await tutorial.startDirector({ DIRECTOR_ADDR: address });
    await again.waitForLine(/status: 2 workers/);

    for (const program of [client, worker, second, again]) {
      program.kill('SIGINT');
      assert.equal(await endOf(program), 0);
    }
    assert.ok(textsOf(client).filter((text) => TASK_DONE.test(text)).length > 3);
    assert.deepEqual(
      textsOf(client).filter((text) => FAILURE.test(text)),
      [],
      'the client with a worker does not notice that the director is gone',
    );
    for (const program of [director, worker, second, client, stream, again]) assert.deepEqual(textsOf(program, 'stderr'), []);
  });
});

/** Every expected line is there, one after the other; other lines may stand between them. */
function assertInOrder(lines: readonly string[], expected: readonly (string | RegExp)[]): void {
  let from = 0;
  for (const line of expected) {
    const index = lines.findIndex((text, at) => at >= from && (typeof line === 'string' ? text === line : line.test(text)));
    assert.notEqual(index, -1, `no line ${line} from line ${from} on in:\n${lines.join('\n')}`);
    from = index + 1;
  }
}
