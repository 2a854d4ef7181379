/**
 * The director: the one address that everybody knows. Workers join the cluster through it, clients ask it for a worker. It never touches the work
 * itself, so it is never a bottleneck, and clients that have a worker go on working while it restarts.
 */
import { Server } from 'rpcnet';
import { type ClusterMembership, WorkerRegistry } from 'rpcnet/cluster';
import { directorError, directorService, type WorkerAssignment } from './generated/director/index.ts';
import { blaming, runProgram, stopSignal, untilAborted } from './program.ts';
import { certificateFolder, directorAddress, loadCertificates, numberSetting } from './settings.ts';

await runProgram(async () => {
  const address = directorAddress();
  const statusIntervalMs = numberSetting('STATUS_INTERVAL_MS', 10_000);
  console.log(`🎯 Starting Director at ${address}`);
  console.log(`📁 Loading certificates from ${certificateFolder()}`);
  // The certificate of the authority lets the server verify other nodes: only those with a certificate signed by it may join.
  await using server = new Server(await loadCertificates());

  // Clients can connect from the first moment on; until the cluster is up there are simply no workers for them.
  let registry: WorkerRegistry | undefined;
  server.register(directorService({ getWorker: ({ exclude }) => assignWorker(registry, exclude) }));
  const listening = await blaming(`DIRECTOR_ADDR=${address}`, server.listen(address));

  const cluster = await server.enableCluster({ nodeId: 'director', tags: { role: 'director' } });
  console.log('✅ Director registered itself in cluster');
  console.log('✅ Cluster enabled - Director is now discoverable');

  reportNodes(cluster);
  registry = new WorkerRegistry(cluster, 'leastConnections');
  console.log('🔄 Load balancing strategy: LeastConnections');
  reportPool(registry, statusIntervalMs);
  console.log(`🚀 Director ready - listening on ${listening}`);

  await untilAborted(stopSignal());
  console.log('👋 Director is leaving the cluster');
  registry.close();
  await server.close({ graceMs: 2_000 });
});

/** Chooses the worker with the fewest calls among those that the client does not want to avoid. */
function assignWorker(registry: WorkerRegistry | undefined, exclude: readonly string[]): WorkerAssignment {
  console.log('📨 Client requesting worker assignment');
  const workers = registry?.workers() ?? [];
  const excluded = workers.filter((worker) => exclude.includes(worker.label)).map((worker) => worker.nodeId);
  if (!registry || excluded.length === workers.length) {
    console.log(`⏳ No worker to assign (${workers.length} in the pool, ${excluded.length} ruled out by the client)`);
    throw directorError({ kind: 'noWorkers', excluded: excluded.length });
  }
  const worker = registry.selectWorker('role=worker', { exclude: excluded });
  // Workers gossip how many calls they serve. A client assigned just now does not show in that yet, so it is counted here for a while:
  // otherwise many clients that come at once would all get the same worker.
  const call = registry.acquire(worker.nodeId);
  setTimeout(() => call.release(), 5_000).unref();
  console.log(`✅ Assigned worker: ${worker.label} at ${worker.address}`);
  return { workerLabel: worker.label, workerAddress: worker.address };
}

/** Prints what becomes of the nodes of the cluster. */
function reportNodes(cluster: ClusterMembership): void {
  cluster.subscribe((event) => {
    if (event.kind === 'nodeJoined') console.log(`🤝 Node ${event.node.nodeId} joined`);
    if (event.kind === 'nodeRestarted') console.log(`🤝 Node ${event.node.nodeId} joined again`);
    if (event.kind === 'nodeRecovered') console.log(`🤝 Node ${event.node.nodeId} recovered`);
    if (event.kind === 'nodeLeft') console.log(`👋 Node ${event.node.nodeId} left`);
    if (event.kind === 'nodeFailed') console.log(`💀 Node ${event.node.nodeId} failed`);
  });
}

/** Prints the pool of workers regularly, and when a worker comes or goes. */
function reportPool(registry: WorkerRegistry, intervalMs: number): void {
  const print = (): void => {
    const workers = registry.workers();
    console.log(`📊 Worker pool status: ${workers.length} workers available`);
    for (const { label, address, activeConnections } of workers)
      console.log(`   - ${label} at ${address} (${activeConnections} connections)`);
  };
  setInterval(print, intervalMs).unref();
  registry.subscribe((event) => {
    if (event.kind !== 'workerUpdated') print();
  });
}
