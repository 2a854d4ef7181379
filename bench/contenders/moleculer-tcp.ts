import { once } from 'node:events';
import { Readable } from 'node:stream';
import { type Context, ServiceBroker } from 'moleculer';
import { type Contender, type ContenderClient, type ContenderServer, STREAM_TEXT } from '../contender.ts';

/** Moleculer between two nodes. Its TCP transporter has no TLS, so that it is spared a cost that the others bear. */
export const contender: Contender<string> = {
  name: 'Moleculer on TCP',
  role: 'peer',
  description:
    'two brokers, JSON text, NOT encrypted (its TCP transporter cannot), actions with checked parameters, streams as object streams',
  packages: ['moleculer'],
  toPayload: (text) => text,
  serve,
  connect,
};

async function serve(): Promise<ContenderServer> {
  const broker = createBroker(SERVER_ID, []);
  broker.createService({
    name: 'echo',
    actions: {
      echo: {
        params: { text: 'string' },
        handler: ({ params }: Context<{ text: string }>) => params.text,
      },
      ticks: {
        params: { count: 'number' },
        handler: ({ params }: Context<{ count: number }>) => Readable.from(repeatItem(params.count)),
      },
    },
  });
  await broker.start();
  const { port } = broker.getLocalNodeInfo() as { readonly port: number };
  return { port, close: () => broker.stop() };
}

async function connect(port: number): Promise<ContenderClient<string>> {
  const broker = createBroker(`bench-client-${process.pid}-${++clients}`, [`127.0.0.1:${port}/${SERVER_ID}`]);
  await broker.start();
  await broker.waitForServices('echo', DISCOVERY_TIMEOUT_MS, DISCOVERY_INTERVAL_MS);
  return {
    unary: (text) => broker.call<string, { text: string }>('echo.echo', { text }),
    async stream(count, onItem) {
      const items = await broker.call<Readable, { count: number }>('echo.ticks', { count });
      items.on('data', onItem);
      await once(items, 'end');
    },
    close: () => broker.stop(),
  };
}

function createBroker(nodeID: string, urls: readonly string[]): ServiceBroker {
  const options = { udpDiscovery: false, urls, useHostname: false, maxPacketSize: MAX_PACKET_BYTES };
  return new ServiceBroker({ nodeID, namespace: 'rpcnet-bench', logger: false, transporter: { type: 'TCP', options } });
}

function* repeatItem(count: number): Iterable<string> {
  for (let left = count; left > 0; left--) yield STREAM_TEXT;
}

let clients = 0;

const SERVER_ID = 'bench-server';
const MAX_PACKET_BYTES = 16 * 1024 * 1024;
const DISCOVERY_TIMEOUT_MS = 15_000;
const DISCOVERY_INTERVAL_MS = 50;
