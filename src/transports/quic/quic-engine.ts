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
 * Loads the engine at its first use: it takes 15 ms, and machines without a binary for it may still use another transport.
 *
 * @throws RpcError `FAILED_PRECONDITION` when it is not there.
 */
export async function loadEngine(): Promise<Engine> {
  try {
    return await loadQuicAlone().catch(() => import('@currentspace/http3'));
  } catch (cause) {
    throw missingBinary(cause);
  }
}

/**
 * The two modules of the engine's package that speak QUIC. With the rest of it (HTTP/3, HTTP/2, adapters) it takes 15 ms and 1 MB more, and small processes
 * have more garbage collections for that. It does not export them by name: where they are not found, the whole package does the same.
 */
async function loadQuicAlone(): Promise<Engine> {
  const entry = import.meta.resolve('@currentspace/http3');
  const [client, server] = await Promise.all([
    import(new URL('./quic-client.js', entry).href),
    import(new URL('./quic-server.js', entry).href),
  ]);
  if (!client.connectQuic || !server.createQuicServer) throw new Error('Expected connectQuic and createQuicServer');
  return { connectQuic: client.connectQuic, createQuicServer: server.createQuicServer };
}

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
