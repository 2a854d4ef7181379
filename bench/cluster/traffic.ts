import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/** Bytes that all servers of this process have read and written on TCP since it started: TLS with its handshakes, without the headers of TCP. */
export class ServerTraffic {
  readonly #open = new Set<Socket>();
  #closedBytes = 0;

  constructor() {
    subscribe('net.server.socket', (message) => {
      const { socket } = message as { readonly socket: Socket };
      this.#open.add(socket);
      socket.once('close', () => {
        this.#open.delete(socket);
        this.#closedBytes += socket.bytesRead + socket.bytesWritten;
      });
    });
  }

  get bytes(): number {
    let bytes = this.#closedBytes;
    for (const socket of this.#open) bytes += socket.bytesRead + socket.bytesWritten;
    return bytes;
  }
}
