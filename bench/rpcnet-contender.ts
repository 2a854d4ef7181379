import { once } from 'node:events';
import { type Caller, Client, Server } from '../src/index.ts';
import type { Connection, Transport } from '../src/ports/transport.ts';
import {
  type BenchIdentity,
  type Connector,
  type Contender,
  type ContenderClient,
  type ContenderServer,
  STREAM_TEXT,
} from './contender.ts';
import { type EchoHandler, echoMethods, echoService } from './echo-service.ts';

/** RpcNet as users have it on one of its transports: typed methods, every default, deadlines on unary calls included. */
export function rpcnetContender(name: string, createTransport: () => Transport): Contender<Uint8Array> {
  return {
    name,
    role: 'subject',
    description: 'typed methods, one client, all defaults (30 s deadline on every unary call)',
    packages: [],
    toPayload: (text) => new TextEncoder().encode(text),
    serve: (identity) => serve(createTransport(), identity),
    async connect(port, ca) {
      const client = await Client.connect(`127.0.0.1:${port}`, { ca, transport: createTransport() });
      return toContenderClient(client, () => client.close());
    },
    hasHold: true,
    createConnector: (port, ca) => createConnector(createTransport, port, ca),
  };
}

/** What the benchmark's handlers do. */
export const echoHandler: EchoHandler = {
  async echo(request) {
    return request;
  },
  async *ticks({ count }) {
    for (let left = count; left > 0; left--) yield ITEM;
  },
  async *watch({ count }, { signal }) {
    for (let left = count; left > 0; left--) yield ITEM;
    await once(signal, 'abort');
  },
};

/** The benchmark's calls through a client, or through whatever else calls can be made with. */
export function toContenderClient(caller: Caller, close: () => Promise<void>): ContenderClient<Uint8Array> {
  return {
    unary: (data) => caller.unary(echoMethods.echo, { data }),
    async stream(count, onItem) {
      for await (const item of caller.serverStreaming(echoMethods.ticks, { count })) onItem(item.data);
    },
    async hold(onItem) {
      for await (const item of caller.serverStreaming(echoMethods.watch, { count: 1 })) onItem(item.data);
    },
    close,
  };
}

async function serve(transport: Transport, { cert, key }: BenchIdentity): Promise<ContenderServer> {
  const server = new Server({ cert, key, transport });
  server.register(echoService(echoHandler));
  const address = await server.listen('127.0.0.1:0');
  return { port: Number(address.slice(address.lastIndexOf(':') + 1)), close: () => server.close({ graceMs: 0 }) };
}

/** Transports keep session tickets: one that is new has none. */
function createConnector(createTransport: () => Transport, port: number, ca: string): Connector<Uint8Array> {
  const kept = createTransport();
  return async (isResuming) => {
    const transport = isResuming ? kept : createTransport();
    let connection: Connection | undefined;
    const watched: Transport = {
      ...transport,
      async connect(address, options, signal) {
        connection = await transport.connect(address, options, signal);
        return connection;
      },
    };
    const client = await Client.connect(`127.0.0.1:${port}`, { ca, transport: watched, shareConnection: false });
    return { client: toContenderClient(client, () => client.close()), isResumed: isResuming ? connection?.isResumed : false };
  };
}

const ITEM = { data: new TextEncoder().encode(STREAM_TEXT) };
