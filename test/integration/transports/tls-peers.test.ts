import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectTcp, createServer, type Server, type Socket } from 'node:net';
import { afterEach, before, describe, it } from 'node:test';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Connection } from '../../../src/ports/transport.ts';
import { closeRecord, refusalRecord } from '../../../src/transports/tls/tls-record.ts';
import { tlsTransport } from '../../../src/transports/tls/tls-transport.ts';
import { parseAddress } from '../../../src/util/address.ts';
import { Deferred } from '../../../src/util/deferred.ts';
import { watchConnection, within } from '../../support/watched-connection.ts';
import { ALPN, connectOrEnd, rejection, TransportBench } from './conformance/bench.ts';
import { exchange, exchangeOne, readBytes } from './conformance/exchange.ts';

/** What TLS on TCP alone may meet: foreign peers, junk, silence, and sockets that are cut. */
describe('transport tls', () => {
  const bench = new TransportBench();
  before(() =>
    bench.prepare(async () => ({
      transport: tlsTransport(),
      withoutTls: undefined,
      startRemoteEcho: () => Promise.reject(new Error('not used here')),
    })),
  );
  afterEach(() => bench.closeAll());

  /** A TLS client that knows nothing of records. */
  const connectForeign = async (
    address: string,
    options: { ALPNProtocols?: string[]; maxVersion?: 'TLSv1.2' } = {},
  ): Promise<TLSSocket> => {
    const { host, port } = parseAddress(address)!;
    const ca = bench.certificates.authority.cert;
    const socket = connectTls({ host, port, ca, servername: 'localhost', ALPNProtocols: [ALPN], ...options });
    socket.on('error', () => undefined);
    await once(socket, 'secureConnect');
    return socket;
  };

  it('goes on while junk and silent sockets come to its port', async () => {
    const listener = await bench.listen();
    const { connection } = await bench.connectAndWatch(listener.address);
    const { port } = parseAddress(listener.address)!;
    const junk = await Promise.all(Array.from({ length: 60 }, (_, index) => sendJunk(port, index)));
    await within(20_000, 'the last echo', exchange(connection, { lanes: 4, messages: 200, inFlight: 32, maxBytes: 20_000 }));
    const late = await bench.connectAndWatch(listener.address);
    await exchangeOne(late.connection);
    for (const socket of junk) socket.destroy();
  });

  it('closes its listener soon although silent sockets hold on to it', async () => {
    const listener = await bench.listen();
    const socket = connectTcp(parseAddress(listener.address)!.port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    await within(3000, 'the end of the listener', listener.close());
    socket.destroy();
  });

  it('shows no connection of a client that offers no protocol, and refuses TLS 1.2', async () => {
    let accepted = 0;
    const listener = await bench.listen({
      onConnection: (connection) => {
        accepted += 1;
        watchConnection(connection);
      },
    });
    const withoutProtocol = await connectForeign(listener.address, { ALPNProtocols: [] });
    await within(5000, 'the end', once(withoutProtocol, 'close'));
    await assert.rejects(connectForeign(listener.address, { maxVersion: 'TLSv1.2' }));
    assert.equal(accepted, 0);
  });

  const junk = [
    { title: 'a record of unknown kind', bytes: Buffer.from([9, 0, 0, 0, 0, 0, 0, 1, 0]), reason: /unknown kind 9/ },
    { title: 'a lane number above the limit', bytes: Buffer.from([0, 0, 2, 0, 0, 0, 0, 1, 0]), reason: /lane number of 512/ },
    { title: 'bytes for a lane of the server', bytes: Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 0]), reason: /a lane that is not open/ },
    { title: 'a close of a megabyte', bytes: Buffer.from([1, 0, 0, 0, 0, 16, 0, 0]), reason: /malformed close/ },
    { title: 'a refusal from a client', bytes: refusalRecord('CERT_HAS_EXPIRED'), reason: /refusal from a client/ },
  ];
  for (const { title, bytes, reason } of junk) {
    it(`ends a connection for ${title}`, async () => {
      const accepted = new Deferred<Connection>();
      const listener = await bench.listen({ onConnection: (connection) => accepted.resolve(connection) });
      const foreign = await connectForeign(listener.address);
      foreign.write(bytes);
      const { closed } = watchConnection(await accepted.promise);
      const end = await within(5000, 'onClose', closed);
      assert.deepEqual([end.code, end.by], [0, 'local']);
      assert.match(end.reason, reason);
      foreign.resume();
      await within(5000, 'the end of the socket', once(foreign, 'close'));
    });
  }

  it('calls it a loss when the peer ends without a close record, and hears one that comes in pieces', async () => {
    const accepted: Deferred<Connection>[] = [new Deferred(), new Deferred()];
    let count = 0;
    const listener = await bench.listen({ onConnection: (connection) => accepted[count++]!.resolve(connection) });
    (await connectForeign(listener.address)).end();
    const lost = await within(5000, 'onClose', watchConnection(await accepted[0]!.promise).closed);
    assert.deepEqual([lost.code, lost.by], [0, 'network']);
    assert.match(lost.reason, /without a word/);
    const polite = await connectForeign(listener.address);
    const { closed } = watchConnection(await accepted[1]!.promise);
    for (const byte of closeRecord(42, 'piece by piece')) {
      polite.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.deepEqual(await within(5000, 'onClose', closed), { code: 42, reason: 'piece by piece', by: 'remote' });
    polite.destroy();
  });

  it('delivers what was written right before the close', async () => {
    const received = new Deferred<number>();
    let count = 0;
    const listener = await bench.listen({
      onConnection: (connection) => {
        const { closed } = watchConnection(connection, (lane) =>
          readBytes(lane, (bytes) => {
            count += bytes.length;
          }),
        );
        void closed.then(() => received.resolve(count));
      },
    });
    const { connection } = await bench.connectAndWatch(listener.address);
    connection.openLane().write(Buffer.alloc(3_000_000));
    connection.close(1, 'that was all');
    assert.equal(await within(5000, 'the end', received.promise), 3_000_000);
  });

  it('says what is wrong with a port that does not speak TLS, and gives up on one that says nothing', async () => {
    const silent = await listenTcp(() => undefined);
    const plain = await listenTcp((socket) => socket.end('220 mail.example ESMTP\r\n'));
    const resetting = await listenTcp((socket) => socket.resetAndDestroy());
    try {
      const nothing = bench.connect(silent.address, { connectTimeoutMs: 200 });
      await assert.rejects(nothing, rejection('UNAVAILABLE', /Nothing answered at 127\.0\.0\.1:\d+ within 200 ms/));
      await assert.rejects(bench.connect(plain.address), rejection('FAILED_PRECONDITION', /does not speak TLS 1\.3/));
      await assert.rejects(bench.connect(resetting.address), rejection('UNAVAILABLE', /closed the connection during the handshake/));
    } finally {
      for (const { server } of [silent, plain, resetting]) server.close();
    }
  });

  const hosts = [
    { listen: '[::1]:0', connect: '[::1]', peer: /^\[::1\]:\d+$/ },
    { listen: '[::]:0', connect: '127.0.0.1', peer: /^127\.0\.0\.1:\d+$/ },
    { listen: '0.0.0.0:0', connect: 'localhost', peer: /^127\.0\.0\.1:\d+$/ },
  ];
  for (const { listen, connect, peer } of hosts) {
    it(`connects to ${connect} where the server listens on ${listen}`, async () => {
      const accepted = new Deferred<Connection>();
      const listener = await bench.listen({ address: listen, onConnection: (connection) => accepted.resolve(connection) });
      const { port } = parseAddress(listener.address)!;
      await bench.connectAndWatch(`${connect}:${port}`);
      assert.match((await within(5000, 'onConnection', accepted.promise)).peer.address, peer);
    });
  }

  it('shows the client the certificate of the server', async () => {
    const listener = await bench.listen();
    const { connection } = await bench.connectAndWatch(listener.address);
    assert.equal(connection.peer.certificate?.commonName, 'test node');
  });

  it('trusts a pinned certificate that signed itself', async () => {
    const { selfSigned } = bench.certificates;
    const listener = await bench.listen(selfSigned);
    const { connection } = await bench.connectAndWatch(listener.address, { ca: selfSigned.cert });
    await exchangeOne(connection);
  });

  it('marks a refusal of the client certificate as one of TLS, on a resumed session too', async () => {
    const { authority, stranger } = bench.certificates;
    const listener = await bench.listen({ ca: authority.cert, clientAuth: 'request' });
    for (let i = 0; i < 3; i++)
      await assert.rejects(
        connectOrEnd(bench.connect(listener.address, stranger)),
        rejection('UNAUTHENTICATED', /unknown certificate authority/),
      );
  });
});

async function sendJunk(port: number, index: number): Promise<Socket> {
  const socket = connectTcp(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  // Every third says nothing, every third begins as TLS does.
  if (index % 3 === 1) socket.write(randomBytes(1 + index * 40));
  if (index % 3 === 2) socket.end(Buffer.concat([Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]), randomBytes(500)]));
  return socket;
}

async function listenTcp(onSocket: (socket: Socket) => void): Promise<{ server: Server; address: string }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  assert.ok(bound !== null && typeof bound === 'object');
  return { server, address: `127.0.0.1:${bound.port}` };
}
