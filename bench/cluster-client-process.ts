import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterClient, WorkerRegistry } from '../src/cluster.ts';
import { Client, Server } from '../src/index.ts';
import { answerCommands } from './answer-commands.ts';
import type { BenchIdentity, ContenderClient } from './contender.ts';
import { checkAnswers, measure, type Subject, toSubject } from './measure.ts';
import type { Point } from './plan.ts';
import { toContenderClient } from './rpcnet-contender.ts';

/** What the client process of the cluster is told. */
export type ClusterClientCommand =
  /** Joins, waits for so many workers, and connects to each of them directly as well. */
  | { readonly kind: 'join'; readonly identity: BenchIdentity; readonly director: string; readonly workers: number }
  /** Gives a `Measurement`. */
  | { readonly kind: 'measure'; readonly way: ClusterWay; readonly point: Point; readonly durationMs: number }
  | { readonly kind: 'stop' };

/**
 * How a call reaches a worker: through a `ClusterClient`, which chooses it; through a `Client` of each of the workers, taken by turns; or through the
 * `Client` of one worker, whose process is then always awake.
 */
export type ClusterWay = 'cluster' | 'direct' | 'oneWorker';

let subjects: Readonly<Record<ClusterWay, Subject>> | undefined;
let closeAll = async (): Promise<void> => undefined;

answerCommands<ClusterClientCommand>(async (command) => {
  switch (command.kind) {
    case 'join': {
      subjects = await join(command.identity, command.director, command.workers);
      for (const subject of Object.values(subjects)) await checkAnswers(subject);
      return;
    }
    case 'measure':
      if (subjects === undefined) throw new Error('The client was told to measure before it had joined');
      return measure(subjects[command.way], command.point, { durationMs: command.durationMs, streamItems: 0 });
    case 'stop':
      return closeAll();
  }
});

async function join(identity: BenchIdentity, director: string, workers: number): Promise<Readonly<Record<ClusterWay, Subject>>> {
  const server = new Server(identity);
  await server.listen('127.0.0.1:0');
  const cluster = await server.enableCluster({ nodeId: 'client', seeds: [director] });
  const registry = new WorkerRegistry(cluster, 'leastConnections');
  const until = performance.now() + JOIN_TIMEOUT_MS;
  while (registry.workers().length < workers) {
    if (performance.now() > until) throw new Error(`Expected ${workers} workers in the cluster, got ${registry.workers().length}`);
    await sleep(20);
  }
  const clusterClient = new ClusterClient(registry);
  const clients = await Promise.all(
    registry.workers().map(({ address }) => Client.connect(address, { ...identity, shareConnection: false })),
  );
  const direct = clients.map((client) => toContenderClient(client, () => client.close()));
  closeAll = async () => {
    for (const client of direct) await client.close();
    await clusterClient.close();
    registry.close();
    await server.close({ graceMs: 0 });
  };
  return {
    cluster: toSubject(
      PAYLOADS,
      toContenderClient(clusterClient.caller('role=worker'), async () => undefined),
    ),
    direct: toSubject(PAYLOADS, byTurns(direct)),
    oneWorker: toSubject(PAYLOADS, direct[0] as ContenderClient<Uint8Array>),
  };
}

function byTurns(clients: readonly ContenderClient<Uint8Array>[]): ContenderClient<Uint8Array> {
  let turn = 0;
  const next = (): ContenderClient<Uint8Array> => clients[turn++ % clients.length] as ContenderClient<Uint8Array>;
  return {
    unary: (payload) => next().unary(payload),
    stream: (count, onItem) => next().stream(count, onItem),
    close: async () => undefined,
  };
}

const PAYLOADS = { toPayload: (text: string): Uint8Array => new TextEncoder().encode(text) };
const JOIN_TIMEOUT_MS = 15_000;
