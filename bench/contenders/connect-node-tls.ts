import { once } from 'node:events';
import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { create, type Message, toBinary } from '@bufbuild/protobuf';
import { fileDesc, type GenMessage, type GenService, serviceDesc } from '@bufbuild/protobuf/codegenv2';
import { base64Encode } from '@bufbuild/protobuf/wire';
import { FieldDescriptorProto_Label, FieldDescriptorProto_Type, FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { createClient } from '@connectrpc/connect';
import { connectNodeAdapter, createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import { type BenchIdentity, type Contender, type ContenderClient, type ContenderServer, STREAM_TEXT } from '../contender.ts';

/** Connect with the protocol of gRPC, the one of its protocols that is made for servers among themselves. */
export const contender: Contender<Uint8Array> = {
  name: '@connectrpc/connect-node on TLS',
  role: 'peer',
  description: 'gRPC protocol on HTTP/2, protobuf by @bufbuild/protobuf, one session, no compression (bulk messages would be compressed)',
  packages: ['@connectrpc/connect', '@connectrpc/connect-node', '@bufbuild/protobuf'],
  toPayload: (text) => new TextEncoder().encode(text),
  hasHold: true,
  serve,
  connect,
};

async function serve({ cert, key }: BenchIdentity): Promise<ContenderServer> {
  const item = { data: contender.toPayload(STREAM_TEXT) };
  const handler = connectNodeAdapter({
    routes(router) {
      router.service(echoDescriptor, {
        echo: (request) => request,
        async *ticks({ count }) {
          for (let left = count; left > 0; left--) yield item;
        },
        async *watch({ count }, { signal }) {
          for (let left = count; left > 0; left--) yield item;
          await once(signal, 'abort');
        },
      });
    },
  });
  const server = createSecureServer({ cert, key }, handler);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close: async () => void server.close() };
}

async function connect(port: number, ca: string): Promise<ContenderClient<Uint8Array>> {
  const baseUrl = `https://127.0.0.1:${port}`;
  const sessionManager = new Http2SessionManager(baseUrl, {}, { ca });
  const client = createClient(echoDescriptor, createGrpcTransport({ baseUrl, sessionManager, acceptCompression: [] }));
  return {
    unary: (data) => client.echo({ data }),
    async stream(count, onItem) {
      for await (const item of client.ticks({ count })) onItem(item.data);
    },
    async hold(onItem) {
      for await (const item of client.watch({ count: 1 })) onItem(item.data);
    },
    close: async () => sessionManager.abort(),
  };
}

type EchoMessage = Message<'bench.EchoMessage'> & { data: Uint8Array };
type TicksRequest = Message<'bench.TicksRequest'> & { count: number };
type EchoDescriptor = GenService<{
  echo: { methodKind: 'unary'; input: GenMessage<EchoMessage>; output: GenMessage<EchoMessage> };
  ticks: { methodKind: 'server_streaming'; input: GenMessage<TicksRequest>; output: GenMessage<EchoMessage> };
  watch: { methodKind: 'server_streaming'; input: GenMessage<TicksRequest>; output: GenMessage<EchoMessage> };
}>;

const echoDescriptor: EchoDescriptor = loadService();

/** What `protoc-gen-es` would have written: it embeds the same descriptor. */
function loadService(): EchoDescriptor {
  const { BYTES, UINT32 } = FieldDescriptorProto_Type;
  const label = FieldDescriptorProto_Label.OPTIONAL;
  const streaming = { inputType: '.bench.TicksRequest', outputType: '.bench.EchoMessage', serverStreaming: true };
  const proto = create(FileDescriptorProtoSchema, {
    name: 'bench/echo.proto',
    package: 'bench',
    syntax: 'proto3',
    messageType: [
      { name: 'EchoMessage', field: [{ name: 'data', jsonName: 'data', number: 1, type: BYTES, label }] },
      { name: 'TicksRequest', field: [{ name: 'count', jsonName: 'count', number: 1, type: UINT32, label }] },
    ],
    service: [
      {
        name: 'Echo',
        method: [
          { name: 'Echo', inputType: '.bench.EchoMessage', outputType: '.bench.EchoMessage' },
          { name: 'Ticks', ...streaming },
          { name: 'Watch', ...streaming },
        ],
      },
    ],
  });
  return serviceDesc(fileDesc(base64Encode(toBinary(FileDescriptorProtoSchema, proto))), 0);
}
