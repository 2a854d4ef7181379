/**
 * A worker: serves tasks and token streams. It joins the cluster through the director and tags itself `role=worker`; nobody has to be told that it
 * exists. At Ctrl+C it says goodbye first and then finishes what it has begun, so that no client notices more than a change of worker.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { RpcError, Server } from 'rpcnet';
import { simulateFailures } from './failure-simulation.ts';
import { computeService } from './generated/compute/index.ts';
import { inferenceService } from './generated/inference/index.ts';
import { generateTokens } from './inference.ts';
import { blaming, runProgram, stopSignal, untilAborted } from './program.ts';
import { directorAddress, flagSetting, loadCertificates, numberSetting, textSetting } from './settings.ts';

await runProgram(async () => {
  const label = textSetting('WORKER_LABEL', 'worker-1');
  const address = textSetting('WORKER_ADDR', '127.0.0.1:62001');
  const director = directorAddress();
  const taskDurationMs = numberSetting('TASK_DURATION_MS', 50);
  const tokenIntervalMs = numberSetting('TOKEN_INTERVAL_MS', 200);
  const joinTimeoutMs = numberSetting('JOIN_TIMEOUT_MS', 10_000);
  const failsRegularly = flagSetting('WORKER_FAILURE_ENABLED');
  const cycleMs = numberSetting('WORKER_FAILURE_CYCLE_MS', 18_000);
  const state = { isFailed: false, isClosing: false };

  console.log(`👷 Starting Worker '${label}' at ${address}`);
  await using server = new Server(await loadCertificates());
  server.register(
    computeService({
      async processTask(taskId, data) {
        if (state.isFailed) throw new RpcError('UNAVAILABLE', `${label} simulates a failure`);
        console.log(`📋 [${label}] Processing task: ${taskId}`);
        await sleep(taskDurationMs);
        return { taskId, result: createHash('sha256').update(data).digest(), workerLabel: label };
      },
    }),
  );
  server.register(
    inferenceService({ generate: (prompts, { signal }) => generateTokens(prompts, { label, state, tokenIntervalMs, signal }) }),
  );

  console.log(`🔌 Binding server to ${address}...`);
  await blaming(`WORKER_ADDR=${address}`, server.listen(address));
  console.log('✅ Server bound successfully');

  console.log(`🌐 Enabling cluster, connecting to director at ${director}...`);
  const joining = server.enableCluster({ nodeId: label, seeds: [director], joinTimeoutMs });
  const cluster = await blaming(`DIRECTOR_ADDR=${director}, WORKER_LABEL=${label}`, joining);
  console.log('✅ Cluster enabled, connected to director');

  // The tags are gossiped to every node. From the moment the director sees them it assigns this worker.
  console.log(`🏷️  Tagging worker with role=worker and label=${label}...`);
  cluster.updateTags({ role: 'worker', label });
  console.log(`✅ Worker '${label}' joined cluster with role=worker`);
  console.log(`🚀 Worker '${label}' is running and ready to handle requests`);

  const stop = stopSignal();
  if (failsRegularly) void simulateFailures({ label, state, cluster, cycleMs, stop });
  await untilAborted(stop);

  // In this order nobody is turned away: first the director stops assigning this worker, then streams end after the prompt they are at, then
  // clients are told to take new calls elsewhere while the calls in flight are finished.
  console.log(`👋 Worker '${label}' is leaving the cluster`);
  await cluster.leave();
  state.isClosing = true;
  await server.close({ graceMs: 5_000 });
  console.log(`✅ Worker '${label}' finished its calls and stopped`);
});
