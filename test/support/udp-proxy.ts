import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import type { Random } from '../../src/ports/random.ts';

/** How the proxy treats datagrams, in both directions. */
export interface UdpProxyConditions {
  /** The share that is lost, from 0 to 1. */
  readonly loss?: number;
  readonly delayMs?: number;
  /** Up to this much more, drawn for each datagram, so that they overtake each other. */
  readonly jitterMs?: number;
}

/** A UDP proxy on loopback between clients and one server. */
export interface UdpProxy {
  /** `127.0.0.1:port` for clients. */
  readonly address: string;
  /** While true nothing passes. */
  setBlocked(blocked: boolean): void;
  close(): Promise<void>;
}

export async function startUdpProxy(serverPort: number, random: Random, conditions: UdpProxyConditions = {}): Promise<UdpProxy> {
  const { loss = 0, delayMs = 0, jitterMs = 0 } = conditions;
  const upstreams = new Map<number, Socket>();
  let isBlocked = false;
  let isClosed = false;
  const pass = (send: () => void): void => {
    if (isBlocked || random.next() < loss) return;
    const wait = delayMs + jitterMs * random.next();
    if (wait === 0) send();
    else setTimeout(() => !isClosed && send(), wait);
  };
  const front = createSocket('udp4');
  const upstreamFor = (client: RemoteInfo): Socket => {
    const known = upstreams.get(client.port);
    if (known !== undefined) return known;
    const upstream = createSocket('udp4');
    upstream.on('message', (bytes) => pass(() => front.send(bytes, client.port, client.address)));
    upstreams.set(client.port, upstream);
    return upstream;
  };
  front.on('message', (bytes, client) => pass(() => upstreamFor(client).send(bytes, serverPort, '127.0.0.1')));
  await new Promise<void>((resolve) => front.bind(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${front.address().port}`,
    setBlocked: (blocked) => {
      isBlocked = blocked;
    },
    close: async () => {
      isClosed = true;
      await Promise.all([front, ...upstreams.values()].map((socket) => new Promise<void>((resolve) => socket.close(resolve))));
    },
  };
}
