/**
 * A client: asks the director for a worker, connects to it, and sends a task a second. When the worker is lost it returns to the director and sends
 * the same task to the next one. That is safe because `processTask` is marked idempotent: no task is lost, and doing one twice does no harm.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ComputeClient } from './generated/compute/index.ts';
import { runProgram, stopSignal } from './program.ts';
import { numberSetting } from './settings.ts';
import { type AssignedWorker, WorkerFinder } from './worker-finder.ts';

await runProgram(async () => {
  const intervalMs = numberSetting('TASK_INTERVAL_MS', 1_000);
  const taskCount = numberSetting('TASK_COUNT', 0) || Number.POSITIVE_INFINITY;
  const stop = stopSignal();
  await using finder = await WorkerFinder.connect();
  let worker: AssignedWorker | undefined;
  let completed = 0;
  try {
    while (completed < taskCount && !stop.aborted) {
      worker = await completeTask(`task-${completed + 1}`, worker);
      completed++;
      await sleep(intervalMs, undefined, { signal: stop });
    }
  } catch (error) {
    if (!stop.aborted) throw error;
  } finally {
    await worker?.connection.close();
  }
  console.log(`🏁 ${completed} tasks completed`);

  /** Sends a task until a worker has done it. Gives that worker, for the next task. */
  async function completeTask(taskId: string, current: AssignedWorker | undefined): Promise<AssignedWorker> {
    let worker = current;
    for (;;) {
      // A worker that is stopped says goodbye to its clients; there is no need to send it a task to find that out.
      if (worker?.connection.state !== 'open') worker = undefined;
      worker ??= await finder.find(stop);
      try {
        console.log(`📤 Sending task: ${taskId}`);
        const { workerLabel } = await new ComputeClient(worker.connection).processTask(taskId, Buffer.from(`data of ${taskId}`));
        console.log(`✅ Task ${taskId} completed by worker: ${workerLabel}`);
        return worker;
      } catch (error) {
        await worker.connection.close();
        finder.giveUp(worker.label, error);
        worker = undefined;
      }
    }
  }
});
