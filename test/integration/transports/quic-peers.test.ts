import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import dns from 'node:dns/promises';
import { once } from 'node:events';
import { syncBuiltinESMExports } from 'node:module';
import { afterEach, before, describe, it, type TestContext } from 'node:test';
import { connectQuicAsync } from '@currentspace/http3';
import type { Connection, Lane } from '../../../src/ports/transport.ts';
import { seededRandom } from '../../../src/testing/seeded-random.ts';
import { quicTransport } from '../../../src/transports/quic/quic-transport.ts';
import { parseAddress } from '../../../src/util/address.ts';
import { Deferred } from '../../../src/util/deferred.ts';
import { startUdpProxy } from '../../support/udp-proxy.ts';
import { watchConnection, within } from '../../support/watched-connection.ts';
import { ALPN, rejection, TransportBench } from './conformance/bench.ts';
import { exchange, exchangeOne } from './conformance/exchange.ts';

/** What QUIC alone may meet: foreign peers, junk, bad networks, IPv6, refusals that come late. */
describe('transport quic', () => {
  const bench = new TransportBench();
  before(() =>
    bench.prepare(async () => ({
      transport: quicTransport(),
      withoutTls: undefined,
      startRemoteEcho: () => Promise.reject(new Error('not used here')),
    })),
  );
  afterEach(() => bench.closeAll());

  /** A client of the engine itself, which does what ours never does. */
  const connectForeign = (address: string): ReturnType<typeof connectQuicAsync> => {
    const { host, port } = parseAddress(address)!;
    const ca = Buffer.from(bench.certificates.authority.cert);
    return connectQuicAsync(
      { address: host, port, servername: 'localhost' },
      { alpn: [ALPN], ca, runtimeMode: 'portable', maxIdleTimeoutMs: 5000 },
    );
  };

  it('goes on while junk comes to its port', async () => {
    const listener = await bench.listen();
    const { connection } = await bench.connectAndWatch(listener.address);
    const junk = await junkTo(parseAddress(listener.address)!.port);
    await within(20_000, 'the last echo', exchange(connection, { lanes: 4, messages: 400, inFlight: 32, maxBytes: 50_000 }));
    const late = await bench.connectAndWatch(listener.address);
    await exchangeOne(late.connection);
    assert.ok((await junk.stop()) > 1000, 'there was junk');
  });

  it('loses nothing where 5 % of the datagrams are lost and overtake each other', async () => {
    const listener = await bench.listen();
    const proxy = await startUdpProxy(parseAddress(listener.address)!.port, seededRandom(7), { loss: 0.05, delayMs: 2, jitterMs: 3 });
    try {
      const { connection } = await bench.connectAndWatch(proxy.address);
      await within(30_000, 'the last echo', exchange(connection, { lanes: 4, messages: 150, inFlight: 32, maxBytes: 30_000 }));
    } finally {
      await proxy.close();
    }
  });

  it('ends by the idle timeout where nothing passes any more, on both sides', async () => {
    const accepted = new Deferred<Connection>();
    const listener = await bench.listen({ idleTimeoutMs: 800, onConnection: (connection) => accepted.resolve(connection) });
    const proxy = await startUdpProxy(parseAddress(listener.address)!.port, seededRandom(1));
    try {
      const client = await bench.connectAndWatch(proxy.address, { idleTimeoutMs: 800 });
      const server = watchConnection(await accepted.promise);
      proxy.setBlocked(true);
      const ends = await within(5000, 'both ends', Promise.all([client.closed, server.closed]));
      for (const end of ends)
        assert.deepEqual(end, { code: 0, reason: 'nothing came from the peer within the idle timeout', by: 'network' });
    } finally {
      await proxy.close();
    }
  });

  it('reports a lane that a foreign peer resets or ends, and keeps the connection', async () => {
    const ends: string[] = [];
    const both = new Deferred<void>();
    const server = new Deferred<ReturnType<typeof watchConnection>>();
    const listener = await bench.listen({
      onConnection: (connection) => {
        const onLane = (lane: Lane): void =>
          lane.setHandler({
            onData: (bytes) => void lane.write(bytes),
            onDrain: () => undefined,
            onEnd: (reason) => {
              ends.push(reason);
              if (ends.length === 2) both.resolve();
            },
          });
        server.resolve(watchConnection(connection, onLane));
      },
    });
    const foreign = await connectForeign(listener.address);
    const reset = foreign.openStream();
    reset.on('error', () => undefined);
    reset.write('hello');
    await within(5000, 'the echo', once(reset, 'data'));
    reset.close(42);
    const ended = foreign.openStream();
    ended.on('error', () => undefined);
    ended.end('hello');
    await within(5000, 'both ends', both.promise);
    assert.deepEqual(ends.sort(), ['the peer ended the lane', 'the peer reset the lane with code 42']);
    assert.equal((await server.promise).closeCount(), 0);
    const alive = foreign.openStream();
    alive.on('error', () => undefined);
    alive.write('still here');
    const [echo] = (await within(5000, 'the echo', once(alive, 'data'))) as [Buffer];
    assert.equal(echo.toString(), 'still here');
    await foreign.close();
  });

  it('gives code 0 and a reason when a foreign peer closes with a code that is none of ours', async () => {
    const { promise, resolve } = new Deferred<ReturnType<typeof watchConnection>>();
    const listener = await bench.listen({ onConnection: (connection) => resolve(watchConnection(connection)) });
    const foreign = await connectForeign(listener.address);
    const server = await promise;
    await foreign.close(7, 'strange');
    assert.deepEqual(await within(5000, 'onClose', server.closed), { code: 0, reason: 'QUIC error 7: strange', by: 'remote' });
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

  it('tries the other addresses of a name when the first is silent', async (context) => {
    nameAddresses(context, ['::1', '127.0.0.2']);
    const listener = await bench.listen({ address: '[::1]:0' });
    const { port } = parseAddress(listener.address)!;
    const { connection } = await bench.connectAndWatch(`many.test:${port}`);
    await exchangeOne(connection);
    assert.equal(connection.peer.address, `[::1]:${port}`);
  });

  it('tells what TLS said at one address of a name rather than that another is silent', async (context) => {
    nameAddresses(context, ['127.0.0.2', '127.0.0.1']);
    const listener = await bench.listen();
    const { port } = parseAddress(listener.address)!;
    const attempt = bench.connect(`many.test:${port}`, { ca: bench.certificates.otherAuthority.cert, connectTimeoutMs: 600 });
    await assert.rejects(attempt, rejection('UNAUTHENTICATED', /many\.test:\d+ \(127\.0\.0\.1:\d+\) failed: .*unknown authority/));
  });

  it('fails with UNAVAILABLE for a host name without an address', async () => {
    await assert.rejects(bench.connect('no-such-host.invalid:61000'), rejection('UNAVAILABLE', /no-such-host\.invalid has no address/));
  });

  it('fails with INVALID_ARGUMENT for an IP address as server name, which the engine would never match', async () => {
    await assert.rejects(
      bench.connect('127.0.0.1:61000', { serverName: '127.0.0.1' }),
      rejection('INVALID_ARGUMENT', /serverName to be a DNS name/),
    );
  });

  it('says that TLS of the server refused this side when it does so after connecting', async () => {
    const { authority, stranger } = bench.certificates;
    const listener = await bench.listen({ ca: authority.cert, clientAuth: 'require' });
    let late = 0;
    for (const identity of [{}, stranger, {}, stranger]) {
      const attempt = bench.connect(listener.address, identity);
      // The verdict can overtake the news that the handshake is complete.
      const connection = await attempt.catch(rejection('UNAUTHENTICATED', /./));
      if (typeof connection === 'boolean') continue;
      late += 1;
      const { code, by, isTlsRefusal } = await within(5000, 'onClose', watchConnection(connection).closed);
      assert.deepEqual({ code, by, isTlsRefusal }, { code: 0, by: 'remote', isTlsRefusal: true });
    }
    assert.ok(late > 0, 'connecting never resolved: the late refusal was not seen');
  });

  it('trusts a pinned certificate that signed itself, and says why one of an authority cannot be pinned', async () => {
    const { node, selfSigned } = bench.certificates;
    const listener = await bench.listen(selfSigned);
    const { connection } = await bench.connectAndWatch(listener.address, { ca: selfSigned.cert });
    await exchangeOne(connection);
    const other = await bench.listen();
    const refused = bench.connect(other.address, { ca: node.cert });
    await assert.rejects(refused, rejection('UNAUTHENTICATED', /neither an authority nor self-signed/));
  });
});

/** Lets the name `many.test` have these addresses for the length of a test. */
function nameAddresses(context: TestContext, addresses: readonly string[]): void {
  const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  context.mock.method(dns, 'lookup', () => Promise.resolve(found));
  syncBuiltinESMExports();
  context.after(() => {
    context.mock.restoreAll();
    syncBuiltinESMExports();
  });
}

/** Sends datagrams to a port of 127.0.0.1 until it is stopped: noise, and what looks like the beginning of QUIC packets. */
async function junkTo(port: number): Promise<{ stop(): Promise<number> }> {
  const socket = createSocket('udp4');
  socket.on('error', () => undefined);
  let sent = 0;
  const send = (): void => {
    for (const junk of junkDatagrams(sent)) socket.send(junk, port, '127.0.0.1');
    sent += 1;
  };
  const timer = setInterval(() => {
    for (let i = 0; i < 20; i++) send();
  }, 2);
  // Enough of it before anything else goes on.
  for (let i = 0; i < 250; i++) send();
  return {
    stop: async () => {
      clearInterval(timer);
      await new Promise<void>((resolve) => socket.close(resolve));
      return sent * 4;
    },
  };
}

function junkDatagrams(index: number): Buffer[] {
  const initial = randomBytes(1200);
  initial[0] = 0xc0 | (index & 0x3f);
  initial.writeUInt32BE(1, 1);
  initial[5] = 8;
  const otherVersion = randomBytes(1200);
  otherVersion[0] = 0xc0;
  otherVersion.writeUInt32BE(0xbabababa, 1);
  const short = randomBytes(1 + (index % 60));
  short[0] = 0x40 | (index & 0x3f);
  return [randomBytes(index % 1400), initial, otherVersion, short];
}
