import { quicTransport } from '../../src/index.ts';
import type { Connection, Lane } from '../../src/ports/transport.ts';
import type { BenchIdentity, Contender, ContenderServer } from '../contender.ts';
import { rawContender } from '../raw-contender.ts';

export const contender: Contender<Uint8Array> = rawContender({
  name: 'raw frames on QUIC',
  ceilingOf: 'rpcnet-quic',
  engine: { description: 'the QUIC transport of RpcNet, one lane', listen, connect },
});

async function listen({ cert, key }: BenchIdentity, onLane: (lane: Lane) => void): Promise<ContenderServer> {
  const listener = await quicTransport().listen({
    address: '127.0.0.1:0',
    alpn: ALPN,
    cert,
    key,
    idleTimeoutMs: IDLE_TIMEOUT_MS,
    onConnection: (connection) => ignoreEnd(connection, onLane),
  });
  return { port: Number(listener.address.slice(listener.address.lastIndexOf(':') + 1)), close: () => listener.close() };
}

async function connect(port: number, ca: string): Promise<{ readonly lane: Lane; readonly close: () => void }> {
  const connection = await quicTransport().connect(`127.0.0.1:${port}`, { alpn: ALPN, ca, idleTimeoutMs: IDLE_TIMEOUT_MS });
  ignoreEnd(connection, () => undefined);
  return { lane: connection.openLane(), close: () => connection.close(0, 'done') };
}

/** The end of the connection is no news here: a call that never ends is what the benchmark notices. */
function ignoreEnd(connection: Connection, onLane: (lane: Lane) => void): void {
  connection.setHandler({ onLane, onClose: () => undefined });
}

const ALPN = 'rpcnet-bench-raw';
/** Longer than any pause between two measurements: raw frames have no keep-alive. */
const IDLE_TIMEOUT_MS = 600_000;
