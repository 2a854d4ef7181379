import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProgramProcess } from '../../examples/cluster/demo/program-process.ts';
import { endOf, Tutorial, textsOf, transcript } from './tutorial.ts';

test('a cluster client with 20 calls in flight loses none when a worker is killed, restarted and another one stopped', async () => {
  const tutorial = await Tutorial.create();
  try {
    const director = await tutorial.startDirector();
    const first = await tutorial.startWorker('worker-a');
    const second = await tutorial.startWorker('worker-b');
    await director.waitForLine(/status: 2 workers/);
    const address = (await director.waitForLine(/- worker-a at (\S+)/))[1] ?? '';
    const coordinator = tutorial.start('coordinator.ts');
    await Promise.all([waitForProgress(coordinator, 'worker-a'), waitForProgress(coordinator, 'worker-b')]);

    first.kill('SIGKILL');
    await first.ended;
    await waitForProgress(coordinator, 'worker-b');

    // Again at the same address, before the cluster was sure that the old one is dead.
    await tutorial.startWorker('worker-a', { WORKER_ADDR: address });
    await waitForProgress(coordinator, 'worker-a');

    second.kill('SIGINT');
    assert.equal(await endOf(second), 0);
    await waitForProgress(coordinator, 'worker-a');

    coordinator.kill('SIGINT');
    assert.equal(await endOf(coordinator), 0);
    const result = /🏁 (\d+) of (\d+) tasks completed, 0 failed/.exec(textsOf(coordinator).at(-1) ?? '');
    assert.ok(result, textsOf(coordinator).join('\n'));
    assert.equal(result[1], result[2]);
    assert.deepEqual(textsOf(coordinator, 'stderr'), []);
  } finally {
    await tutorial.close();
  }
});

/** Waits until a worker has done 100 tasks more than the coordinator reports now. */
async function waitForProgress(coordinator: ProgramProcess, label: string): Promise<void> {
  const count = (): number => Number(new RegExp(`${label}: (\\d+)`).exec(textsOf(coordinator).at(-1) ?? '')?.[1] ?? 0);
  const from = count();
  const isEnough = (): true | undefined => (count() >= from + 100 ? true : undefined);
  await coordinator.waitFor(`100 more tasks by ${label}`, isEnough).catch((error) => assert.fail(`${error}\n${transcript(coordinator)}`));
}
