import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type { BenchIdentity, ContenderServer } from './contender.ts';

/** A server of secure WebSockets on a free port of 127.0.0.1, for the contenders that speak over them. `attach` serves what connects. */
export async function serveWss({ cert, key }: BenchIdentity, attach: (sockets: WebSocketServer) => void): Promise<ContenderServer> {
  const https = createServer({ cert, key });
  const sockets = new WebSocketServer({ server: https });
  attach(sockets);
  https.listen(0, '127.0.0.1');
  await once(https, 'listening');
  return {
    port: (https.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      https.close();
    },
  };
}
