import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect as connectTls, createServer, type TLSSocket } from 'node:tls';
import type { Lane, LaneHandler } from '../../src/ports/transport.ts';
import type { BenchIdentity, Contender, ContenderServer } from '../contender.ts';
import { rawContender } from '../raw-contender.ts';

export const contender: Contender<Uint8Array> = rawContender({
  name: 'raw frames on TLS',
  ceilingOf: 'rpcnet-tls',
  engine: { description: 'one TLS 1.3 socket of node:tls', listen, connect },
});

async function listen({ cert, key }: BenchIdentity, onLane: (lane: Lane) => void): Promise<ContenderServer> {
  const sockets = new Set<TLSSocket>();
  const server = createServer({ cert, key, minVersion: 'TLSv1.3' }, (socket) => {
    sockets.add(socket);
    onLane(new SocketLane(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

async function connect(port: number, ca: string): Promise<{ readonly lane: Lane; readonly close: () => void }> {
  const socket = connectTls({ host: '127.0.0.1', port, ca, servername: 'localhost', minVersion: 'TLSv1.3' });
  await once(socket, 'secureConnect');
  return { lane: new SocketLane(socket), close: () => socket.destroy() };
}

/** The socket itself. */
class SocketLane implements Lane {
  readonly #socket: TLSSocket;

  constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    // The end of the connection is no news here: a call that never ends is what the benchmark notices.
    socket.on('error', () => undefined);
  }

  setHandler(handler: LaneHandler): void {
    this.#socket.on('data', (bytes) => handler.onData(bytes));
    this.#socket.on('drain', () => handler.onDrain());
  }

  write(bytes: Uint8Array): boolean {
    return this.#socket.write(bytes);
  }
}
