/**
 * A client without a director in between: a node of the cluster that knows the workers itself and calls them through a `ClusterClient`. Choosing the
 * least loaded worker, connecting, and moving a call to another worker when one is lost are the library's work here; compare with `client.ts`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Server } from 'rpcnet';
import { ClusterClient, WorkerRegistry } from 'rpcnet/cluster';
import { ComputeClient } from './generated/compute/index.ts';
import { blaming, runProgram, stopSignal } from './program.ts';
import { directorAddress, loadCertificates, numberSetting, textSetting } from './settings.ts';

await runProgram(async () => {
  const address = textSetting('COORDINATOR_ADDR', '127.0.0.1:0');
  const tasksInFlight = numberSetting('TASKS_IN_FLIGHT', 20);
  const director = directorAddress();
  const stop = stopSignal();

  await using server = new Server(await loadCertificates());
  await blaming(`COORDINATOR_ADDR=${address}`, server.listen(address));
  // The director is the seed because everybody knows its address. Any other node would do as well.
  const cluster = await blaming(`DIRECTOR_ADDR=${director}`, server.enableCluster({ seeds: [director], joinTimeoutMs: 10_000 }));
  const registry = new WorkerRegistry(cluster, 'leastConnections');
  await using workers = new ClusterClient(registry);
  const compute = new ComputeClient(workers.caller('role=worker'));
  console.log(`✅ Coordinator joined the cluster, ${registry.workerCount()} workers available`);

  const completedBy = new Map<string, number>();
  let started = 0;
  let failed = 0;
  const report = setInterval(() => console.log(`📈 ${summary()}`), 500);
  // Each of these sends one task after the other.
  await Promise.all(Array.from({ length: tasksInFlight }, sendTasks));
  clearInterval(report);
  console.log(`🏁 ${summary()}`);

  async function sendTasks(): Promise<void> {
    while (!stop.aborted) {
      const taskId = `task-${++started}`;
      try {
        const { workerLabel } = await compute.processTask(taskId, Buffer.from(`data of ${taskId}`));
        completedBy.set(workerLabel, (completedBy.get(workerLabel) ?? 0) + 1);
      } catch (error) {
        failed++;
        console.log(`⚠️  Task ${taskId} failed: ${error instanceof Error ? error.message : String(error)}`);
        await sleep(500);
      }
    }
  }

  function summary(): string {
    const counts = [...completedBy].sort(([a], [b]) => a.localeCompare(b)).map(([label, count]) => `${label}: ${count}`);
    const completed = [...completedBy.values()].reduce((sum, count) => sum + count, 0);
    return `${completed} of ${started} tasks completed, ${failed} failed (${counts.join(', ')})`;
  }
});
