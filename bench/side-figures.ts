import { BenchProcess } from './bench-process.ts';
import type { ClientCommand } from './client-process.ts';
import type { BenchIdentity } from './contender.ts';
import type { HandshakeTimes } from './handshakes.ts';
import type { MemoryUse } from './memory.ts';
import type { ServerCommand } from './server-process.ts';

/** Figures that need processes of their own: they would disturb the points, or be disturbed by what those left behind. */

/** What each of many open streams holds on to, in bytes. */
export interface OpenStreamMemory {
  readonly client: MemoryUse;
  readonly server: MemoryUse;
}

interface PairProcesses {
  readonly server: BenchProcess<ServerCommand>;
  readonly client: BenchProcess<ClientCommand>;
  readonly port: number;
}

/** Opens `count` streams on one connection, each of which has given one item and waits, and divides what that took by their number. */
export function measureOpenStreams(contender: string, identity: BenchIdentity, count: number): Promise<OpenStreamMemory> {
  return withProcesses(contender, { identity, nodeOptions: ['--expose-gc'] }, async ({ server, client, port }) => {
    const uses = async (): Promise<OpenStreamMemory> => ({
      client: (await client.ask({ kind: 'memory' })) as MemoryUse,
      server: (await server.ask({ kind: 'memory' })) as MemoryUse,
    });
    await client.ask({ kind: 'connect', contender, port, ca: identity.ca });
    // Loads and compiles what the streams need, so that it does not count for them.
    await client.ask({ kind: 'hold', count: WARM_UP_STREAMS });
    const before = await uses();
    await client.ask({ kind: 'hold', count }, OPENING_TIMEOUT_MS);
    const after = await uses();
    return { client: perStream(before.client, after.client, count), server: perStream(before.server, after.server, count) };
  });
}

/** Connects `count` times with a full handshake, and as often by a ticket where that works. */
export function measureHandshakes(contender: string, identity: BenchIdentity, count: number): Promise<HandshakeTimes> {
  return withProcesses(contender, { identity, nodeOptions: [] }, async ({ client, port }) => {
    const command = { kind: 'handshakes', contender, port, ca: identity.ca, count } as const;
    return (await client.ask(command, OPENING_TIMEOUT_MS)) as HandshakeTimes;
  });
}

async function withProcesses<T>(
  contender: string,
  options: { readonly identity: BenchIdentity; readonly nodeOptions: readonly string[] },
  task: (processes: PairProcesses) => Promise<T>,
): Promise<T> {
  const { identity, nodeOptions } = options;
  const server = new BenchProcess<ServerCommand>('server', nodeOptions);
  const client = new BenchProcess<ClientCommand>('client', nodeOptions);
  try {
    const port = (await server.ask({ kind: 'serve', contender, identity })) as number;
    return await task({ server, client, port });
  } finally {
    await Promise.all([client.end(), server.end()]);
  }
}

function perStream(before: MemoryUse, after: MemoryUse, count: number): MemoryUse {
  return {
    heldBytes: (after.heldBytes - before.heldBytes) / count,
    residentBytes: (after.residentBytes - before.residentBytes) / count,
  };
}

const WARM_UP_STREAMS = 200;
const OPENING_TIMEOUT_MS = 60_000;
