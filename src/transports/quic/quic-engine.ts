import type { Duplex } from 'node:stream';
import { rootCertificates } from 'node:tls';
import type { connectQuic, createQuicServer } from '@currentspace/http3';
import { missingBinary } from './quic-error.ts';

/** The engine's client and server sessions as the adapter uses them. */
export interface EngineSession {
  openStream(): EngineStream;
  close(code: number, reason: string): unknown;
  on(event: 'stream', listener: (stream: EngineStream) => void): unknown;
  on(event: 'close', listener: (info: EngineCloseInfo) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** One QUIC stream: what the adapter uses of the engine's Node.js duplex stream. */
export type EngineStream = Pick<Duplex, 'on' | 'write' | 'destroy' | 'writableLength' | 'writableHighWaterMark' | 'writableNeedDrain'>;

/** How the engine tells of the end of a session: a QUIC error code and the text of the frame that closed it. */
export interface EngineCloseInfo {
  readonly errorCode: number;
  readonly reason: string;
}

/** The two entrances to the engine. */
export interface Engine {
  readonly connectQuic: typeof connectQuic;
  readonly createQuicServer: typeof createQuicServer;
}

/**
 * Loads the engine at its first use: it takes some 20 ms, and machines without a binary for it may still use another transport.
 *
 * @throws RpcError `FAILED_PRECONDITION` when it is not there.
 */
export async function loadEngine(): Promise<Engine> {
  try {
    engine ??= await importQuicAlone().catch(() => import('@currentspace/http3'));
    return engine;
  } catch (cause) {
    throw missingBinary(cause);
  }
}

/**
 * Imports the two files of the package that speak QUIC. With all of it (HTTP/3, HTTP/2, adapters) it takes nearly twice as long and 0.9 MB more of the heap, and heaps
 * above 8 MB are collected far more often (docs/performance.md, "Large messages"). The package's `exports` do not list these files: where they are not found, all of it
 * does the same.
 */
async function importQuicAlone(): Promise<Engine> {
  const entry = import.meta.resolve('@currentspace/http3');
  const [{ connectQuic }, { createQuicServer }]: [Partial<Engine>, Partial<Engine>] = await Promise.all([
    import(new URL('./quic-client.js', entry).href),
    import(new URL('./quic-server.js', entry).href),
  ]);
  if (!connectQuic || !createQuicServer) throw new Error('Expected connectQuic and createQuicServer');
  return { connectQuic, createQuicServer };
}

let engine: Engine | undefined;

/** Options that clients and servers share. `fast` is no faster here and needs io_uring, which containers often forbid. */
export const ENGINE_OPTIONS: SharedOptions = {
  runtimeMode: 'portable',
  fallbackPolicy: 'error',
  // Twice the credit that calls give a connection may be on one lane, so QUIC's windows never hold up what calls allow.
  initialMaxStreamDataBidiLocal: 8 * 1024 * 1024,
  initialMaxData: 32 * 1024 * 1024,
};

type SharedOptions = Pick<
  import('@currentspace/http3').QuicServerOptions,
  'runtimeMode' | 'fallbackPolicy' | 'initialMaxStreamDataBidiLocal' | 'initialMaxData'
>;

/** Lanes that each side may open on a connection; the layer above uses at most 8 by default. */
export const MAX_LANES = 256;

/** The authorities that Node.js ships: the engine has none of its own. */
export function systemAuthorities(): Buffer {
  return Buffer.from(rootCertificates.join('\n'));
}
