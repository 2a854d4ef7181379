import assert from 'node:assert/strict';
import { before, describe, type TestContext, test } from 'node:test';
import { ClusterClient, type ClusterMembership, type ClusterOptions, WorkerRegistry } from '../../src/cluster.ts';
import { RpcError } from '../../src/errors/rpc-error.ts';
import { Server } from '../../src/server.ts';
import { createTrust, eventually, type Trust } from '../support/cluster-nodes.ts';
import { type ClusterProcess, type Stall, startClusterProcesses } from '../support/cluster-processes.ts';

/** `RPCNET_LONG_STALLS=1` takes every length in every phase of the event loop, and a stall of 30 s with the default settings. */
const isLong = process.env.RPCNET_LONG_STALLS === '1';

const STALLS: readonly Stall[] = isLong
  ? (['io', 'immediate', 'timer', 'microtask'] as const).flatMap((phase) => [900, 2_000, 3_500].map((ms) => ({ phase, ms })))
  : [
      { phase: 'io', ms: 3_500 },
      { phase: 'immediate', ms: 2_000 },
      { phase: 'timer', ms: 900 },
      { phase: 'microtask', ms: 900 },
      { phase: 'immediate', ms: 900 },
      { phase: 'io', ms: 900 },
    ];

let trust: Trust;
before(async () => {
  trust = await createTrust();
});

describe('processes whose event loop stands still', { concurrency: true }, () => {
  test('are not failed for less than a suspicion, accuse nobody, and a second process under the name of one is refused', async (context) => {
    const processes = await startClusterProcesses(['n0', 'n1', 'n2', 'n3', 'n4'], { trust, membership: { profile: 'lan' } });
    try {
      await assertNameIsTaken(processes);
      const stalled: { readonly nodeId: string; readonly fromMs: number; readonly untilMs: number }[] = [];
      for (const [index, stall] of STALLS.entries()) {
        const victim = processes[index % processes.length] as ClusterProcess;
        const { fromMs, falseProbes } = await victim.stall(stall);
        stalled.push({ nodeId: victim.nodeId, fromMs, untilMs: fromMs + stall.ms + REFUTATION_MS });
        assert.equal(falseProbes, 0, `${victim.nodeId} accused a node after ${stall.ms} ms in ${stall.phase}`);
      }
      await eventually('every suspicion to end', () => processes.every(hasNoSuspect));
      const events = processes.flatMap((process) => process.told('event'));
      assert.deepEqual(
        events.filter(({ event }) => event === 'nodeFailed'),
        [],
      );
      const isOfStalled = (node: string, atMs: number): boolean =>
        stalled.some(({ nodeId, fromMs, untilMs }) => nodeId === node && fromMs <= atMs && atMs <= untilMs);
      const suspicions = events.filter(({ event }) => event === 'nodeSuspect');
      assert.deepEqual(
        suspicions.filter(({ node, atMs }) => !isOfStalled(node, atMs)),
        [],
        'only a node that stands still is suspected',
      );
      context.diagnostic(`${STALLS.length} stalls, ${suspicions.length} reports of a suspicion, none of a failure`);
    } finally {
      await Promise.all(processes.map((process) => process.close()));
    }
  });

  test('are failed for more, come back as the same life, and no call that they serve is given up for it', async (context) => {
    const membership = isLong ? {} : { suspicionTimeoutMs: 1_800, suspicionMaxMult: 1 };
    const stallMs = isLong ? 30_000 : 6_000;
    const processes = await startClusterProcesses(['w0', 'w1', 'w2'], { trust, membership });
    const observer = await joinAs('observer', processes, { membership });
    try {
      const victim = processes[2] as ClusterProcess;
      await assertComesBack({ context, observer, processes, victim, stallMs });
    } finally {
      await observer.server.close({ graceMs: 0 });
      await Promise.all(processes.map((process) => process.close()));
    }
  });
});

interface Observer {
  readonly server: Server;
  readonly cluster: ClusterMembership;
}

async function assertComesBack(scene: {
  readonly context: TestContext;
  readonly observer: Observer;
  readonly processes: readonly ClusterProcess[];
  readonly victim: ClusterProcess;
  readonly stallMs: number;
}): Promise<void> {
  const { context, observer, processes, victim, stallMs } = scene;
  const { cluster } = observer;
  const own: string[] = [];
  cluster.subscribe((event) => {
    if ('node' in event && event.node.nodeId === victim.nodeId) own.push(event.kind);
  });
  await eventually('one view', () => cluster.stats().alive === processes.length + 1);
  const before = cluster.node(victim.nodeId)?.incarnation ?? 0;
  // Whether a connection is given up is for its liveness to say, and not the question here. It is asked often enough that the transport does not find it idle.
  const client = new ClusterClient(new WorkerRegistry(cluster, 'random'), { connection: { ...trust, livenessTimeoutMs: 45_000 } });
  const filter = `label=${victim.nodeId}`;
  await client.callWorker('W.wait', Buffer.from('0'), filter);
  const resumed = victim.stall({ phase: 'io', ms: stallMs });
  const calls = Array.from({ length: 20 }, () => client.callWorker('W.wait', Buffer.from('1500'), filter, { timeoutMs: 120_000 }));
  const answers = Promise.all(calls.map((call) => call.then(String)));
  const others = processes.filter((process) => process !== victim);
  const isFailed = (): boolean =>
    own.includes('nodeFailed') && others.every((other) => other.eventsAbout(victim.nodeId).includes('nodeFailed'));
  await eventually('the failure to be known', isFailed, stallMs + 20_000);
  await assert.rejects(client.callWorker('W.wait', Buffer.from('0'), filter), { code: 'UNAVAILABLE', message: /No worker/ });

  assert.deepEqual(
    await answers,
    Array.from({ length: 20 }, () => victim.nodeId),
  );
  const { fromMs } = await resumed;
  const isBack = (): boolean =>
    own.includes('nodeRecovered') && others.every((other) => other.eventsAbout(victim.nodeId).includes('nodeRecovered'));
  await eventually('the return to be known', isBack);
  for (const about of [own, ...others.map((other) => other.eventsAbout(victim.nodeId))])
    assert.deepEqual(about.slice(about.indexOf('nodeFailed')), ['nodeFailed', 'nodeRecovered'], 'it recovers once, and never joins again');
  assert.equal(cluster.node(victim.nodeId)?.state, 'alive');
  assert.ok((cluster.node(victim.nodeId)?.incarnation ?? 0) > before, 'it has objected');
  const backMs = others.flatMap((other) => other.told('event').flatMap(({ event, atMs }) => (event === 'nodeRecovered' ? [atMs] : [])));
  context.diagnostic(`known to be back ${Math.max(...backMs) - fromMs - stallMs} ms after it went on`);
  await client.close();
}

/** A second process under the name of a live one: this one. */
async function assertNameIsTaken(processes: readonly ClusterProcess[]): Promise<void> {
  const [seed, , first] = processes as [ClusterProcess, ClusterProcess, ClusterProcess];
  const ownerAddress = await first.address();
  await assert.rejects(joinAs(first.nodeId, processes), (error: unknown) => {
    assert.ok(error instanceof RpcError);
    assert.equal(error.code, 'ALREADY_EXISTS');
    assert.deepEqual(error.details, { reason: 'nameConflict', ownerAddress });
    return true;
  });
  const isTold = (): boolean =>
    seed.told('log').some(({ text }) => text.includes('name of a live node') && text.includes(`"${first.nodeId}"`));
  await eventually('the conflict in the log of the seed', isTold);
  for (const process of processes)
    assert.ok(
      process.eventsAbout(first.nodeId).every((event) => event === 'nodeJoined'),
      process.eventsAbout(first.nodeId).join(),
    );
}

async function joinAs(nodeId: string, processes: readonly ClusterProcess[], options: ClusterOptions = {}): Promise<Observer> {
  const server = new Server(trust);
  try {
    await server.listen('127.0.0.1:0');
    const seed = (await processes[0]?.address()) ?? '';
    return { server, cluster: await server.enableCluster({ nodeId, seeds: [seed], ...options }) };
  } catch (error) {
    await server.close({ graceMs: 0 });
    throw error;
  }
}

function hasNoSuspect(process: ClusterProcess): boolean {
  const states = new Map<string, string>();
  for (const { node, event } of process.told('event')) states.set(node, event);
  return [...states.values()].every((event) => event !== 'nodeSuspect');
}

/** So long after a stall a suspicion may still travel. */
const REFUTATION_MS = 3_000;
