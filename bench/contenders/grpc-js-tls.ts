import { once } from 'node:events';
import * as grpc from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import { type BenchIdentity, type Contender, type ContenderClient, type ContenderServer, STREAM_TEXT } from '../contender.ts';

/** gRPC as most Node.js programs use it. */
export const contender: Contender<Uint8Array> = {
  name: '@grpc/grpc-js on TLS',
  role: 'peer',
  description: 'protobuf by @grpc/proto-loader, one channel, all defaults (no deadline), streams read by data events',
  packages: ['@grpc/grpc-js', '@grpc/proto-loader'],
  toPayload: (text) => Buffer.from(text),
  serve,
  connect,
  hasHold: true,
  createConnector: (port, ca) => async () => ({ client: await connect(port, ca), isResumed: false }),
};

async function serve({ cert, key }: BenchIdentity): Promise<ContenderServer> {
  const item: EchoMessage = { data: contender.toPayload(STREAM_TEXT) };
  const server = new grpc.Server();
  server.addService(loadService(), {
    echo(call: grpc.ServerUnaryCall<EchoMessage, EchoMessage>, callback: grpc.sendUnaryData<EchoMessage>): void {
      callback(null, { data: call.request.data });
    },
    async ticks(call: grpc.ServerWritableStream<TicksRequest, EchoMessage>): Promise<void> {
      for (let left = call.request.count; left > 0; left--) {
        if (!call.write(item)) await once(call, 'drain');
      }
      call.end();
    },
    watch(call: grpc.ServerWritableStream<TicksRequest, EchoMessage>): void {
      for (let left = call.request.count; left > 0; left--) call.write(item);
    },
  });
  const credentials = grpc.ServerCredentials.createSsl(null, [{ cert_chain: Buffer.from(cert), private_key: Buffer.from(key) }]);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  return { port, close: async () => server.forceShutdown() };
}

async function connect(port: number, ca: string): Promise<ContenderClient<Uint8Array>> {
  const Echo = grpc.makeGenericClientConstructor(loadService(), 'Echo');
  // TLS cannot ask a server for an IP address.
  // Without a pool of its own a channel would take up the connection of one that was closed a moment ago.
  const options = { 'grpc.ssl_target_name_override': 'localhost', 'grpc.use_local_subchannel_pool': 1 };
  const client = new Echo(`127.0.0.1:${port}`, grpc.credentials.createSsl(Buffer.from(ca)), options) as unknown as EchoClient;
  await new Promise<void>((resolve, reject) => {
    client.waitForReady(Date.now() + 5_000, (error) => (error ? reject(error) : resolve()));
  });
  return {
    unary: (data) =>
      new Promise((resolve, reject) => {
        client.echo({ data }, (error, answer) => (answer ? resolve(answer) : reject(error)));
      }),
    stream: (count, onItem) =>
      new Promise((resolve, reject) => {
        const stream = client.ticks({ count });
        stream.on('data', (item: EchoMessage) => onItem(item.data));
        stream.on('end', resolve);
        stream.on('error', reject);
      }),
    hold: (onItem) =>
      new Promise((resolve, reject) => {
        const stream = client.watch({ count: 1 });
        stream.on('data', (item: EchoMessage) => onItem(item.data));
        stream.on('end', resolve);
        stream.on('error', reject);
      }),
    close: async () => client.close(),
  };
}

interface EchoMessage {
  readonly data: Uint8Array;
}

interface TicksRequest {
  readonly count: number;
}

interface EchoClient extends grpc.Client {
  echo(request: EchoMessage, callback: (error: grpc.ServiceError | null, answer?: EchoMessage) => void): grpc.ClientUnaryCall;
  ticks(request: TicksRequest): grpc.ClientReadableStream<EchoMessage>;
  watch(request: TicksRequest): grpc.ClientReadableStream<EchoMessage>;
}

/** The definition as the JSON form of a `.proto` file. */
function loadService(): grpc.ServiceDefinition {
  const definition = fromJSON({
    nested: {
      bench: {
        nested: {
          EchoMessage: { fields: { data: { type: 'bytes', id: 1 } } },
          TicksRequest: { fields: { count: { type: 'uint32', id: 1 } } },
          Echo: {
            methods: {
              echo: { requestType: 'EchoMessage', responseType: 'EchoMessage', comment: '' },
              ticks: { requestType: 'TicksRequest', responseType: 'EchoMessage', responseStream: true, comment: '' },
              watch: { requestType: 'TicksRequest', responseType: 'EchoMessage', responseStream: true, comment: '' },
            },
          },
        },
      },
    },
  });
  return definition['bench.Echo'] as grpc.ServiceDefinition;
}
