import { Client, quicTransport, Server } from '../../src/index.ts';
import { type BenchIdentity, type Contender, type ContenderClient, type ContenderServer, STREAM_TEXT } from '../contender.ts';
import { echoMethods, echoService } from '../echo-service.ts';

/** RpcNet as users have it: typed methods, every default, deadlines on unary calls included. */
export const contender: Contender<Uint8Array> = {
  name: 'RpcNet on QUIC',
  role: 'subject',
  description: 'typed methods, one client, all defaults (30 s deadline on every unary call)',
  packages: [],
  toPayload: (text) => new TextEncoder().encode(text),
  serve,
  connect,
};

async function serve({ cert, key }: BenchIdentity): Promise<ContenderServer> {
  const item = { data: contender.toPayload(STREAM_TEXT) };
  const server = new Server({ cert, key, transport: quicTransport() });
  server.register(
    echoService({
      async echo(request) {
        return request;
      },
      async *ticks({ count }) {
        for (let i = 0; i < count; i++) yield item;
      },
    }),
  );
  const address = await server.listen('127.0.0.1:0');
  return { port: Number(address.slice(address.lastIndexOf(':') + 1)), close: () => server.close({ graceMs: 0 }) };
}

async function connect(port: number, ca: string): Promise<ContenderClient<Uint8Array>> {
  const client = await Client.connect(`127.0.0.1:${port}`, { ca, transport: quicTransport() });
  return {
    async unary(data) {
      const answer = await client.unary(echoMethods.echo, { data });
      return answer.data;
    },
    async stream(count, onItem) {
      for await (const item of client.serverStreaming(echoMethods.ticks, { count })) onItem(item.data);
    },
    close: () => client.close(),
  };
}
