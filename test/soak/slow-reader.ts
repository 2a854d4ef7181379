import { startScenario } from '../support/child-scenario.ts';
import type { Trust } from '../support/cluster-nodes.ts';
import type { MemoryInUse } from './memory.ts';

export interface SlowReaderOptions {
  readonly scenario: SlowScenario;
  readonly transport: 'quic' | 'tls';
  /** How long nothing is read. */
  readonly pauseMs: number;
  readonly trust: Trust;
}

/** One stream of a gigabyte to or from a side that reads nothing, or a thousand of them on one connection. */
export type SlowScenario = 'fromServer' | 'fromClient' | 'thousandStreams';

export interface SlowReaderResult {
  readonly client: Growth;
  readonly server: Growth;
  /** What the sending side had handed over when nothing had been read for that long. */
  readonly sentBytes: number;
  /** Items that came in order once reading began. */
  readonly readAfterwards: number;
}

export interface Growth {
  readonly before: MemoryInUse;
  readonly during: MemoryInUse;
}

/** What the parent tells a process. */
export interface SlowProcessInput extends SlowReaderOptions {
  readonly role: 'server' | 'client';
  readonly address: string;
}

/** Runs one scenario between two new processes. */
export async function measureSlowReader(options: SlowReaderOptions): Promise<SlowReaderResult> {
  const script = '../soak/slow-reader-process.ts';
  const server = startScenario(script, { ...options, role: 'server', address: '' } satisfies SlowProcessInput);
  try {
    const { address } = (await server.nextMessage()) as { readonly address: string };
    const client = startScenario(script, { ...options, role: 'client', address } satisfies SlowProcessInput);
    try {
      return (await client.nextMessage(options.pauseMs + 60_000)) as SlowReaderResult;
    } finally {
      client.process.kill('SIGKILL');
    }
  } finally {
    server.process.kill('SIGKILL');
  }
}
