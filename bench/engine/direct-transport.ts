import type { Connection, ConnectionHandler, Lane, LaneHandler, ListenOptions, Transport } from '../../src/ports/transport.ts';

/** Connections within the process: what is written to a lane arrives at the other side in the next turn of the event loop, in memory of its own as from a socket. */
export function directTransport(): Transport {
  let listening: ListenOptions | undefined;
  return {
    name: 'direct',
    async listen(options) {
      listening = options;
      return { address: ADDRESS, close: async () => undefined };
    },
    async connect() {
      if (listening === undefined) throw new Error('Nobody listens on the direct transport');
      const client = new DirectConnection();
      const server = new DirectConnection();
      client.other = server;
      server.other = client;
      listening.onConnection(server);
      return client;
    },
  };
}

class DirectConnection implements Connection {
  readonly peer = { address: ADDRESS };
  readonly usefulLanes = 1;
  other: DirectConnection | undefined;
  #handler: ConnectionHandler | undefined;

  setHandler(handler: ConnectionHandler): void {
    this.#handler = handler;
  }

  openLane(): Lane {
    const near = new DirectLane();
    const far = new DirectLane();
    near.other = far;
    far.other = near;
    setImmediate(() => this.other?.onLane(far));
    return near;
  }

  onLane(lane: Lane): void {
    this.#handler?.onLane(lane);
  }

  close(code: number, reason: string): void {
    setImmediate(() => this.other?.onClose(code, reason));
  }

  onClose(code: number, reason: string): void {
    this.#handler?.onClose({ code, reason, by: 'remote' });
  }
}

class DirectLane implements Lane {
  other: DirectLane | undefined;
  #handler: LaneHandler | undefined;
  #written: Uint8Array[] = [];

  setHandler(handler: LaneHandler): void {
    this.#handler = handler;
  }

  write(bytes: Uint8Array): boolean {
    if (this.#written.push(bytes) === 1) setImmediate(this.#deliver);
    return true;
  }

  readonly #deliver = (): void => {
    const written = this.#written;
    this.#written = [];
    for (const bytes of written) this.other?.receive(bytes);
  };

  receive(bytes: Uint8Array): void {
    const chunk = Buffer.allocUnsafeSlow(bytes.length);
    chunk.set(bytes);
    this.#handler?.onData(chunk);
  }
}

const ADDRESS = '127.0.0.1:1';
