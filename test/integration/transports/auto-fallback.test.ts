import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect as connectTcp, createServer } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { Client, RpcError, Server } from '../../../src/index.ts';
import type { Connection, Listener, Transport } from '../../../src/ports/transport.ts';
import { seededRandom } from '../../../src/testing/seeded-random.ts';
import { autoTransport } from '../../../src/transports/auto/auto-transport.ts';
import { quicTransport } from '../../../src/transports/quic/quic-transport.ts';
import { tlsTransport } from '../../../src/transports/tls/tls-transport.ts';
import { parseAddress } from '../../../src/util/address.ts';
import { startScenario } from '../../support/child-scenario.ts';
import type { NoEngineInput, NoEngineOutput } from '../../support/no-engine-process.ts';
import { createTestCertificates, type TestCertificates } from '../../support/test-certificates.ts';
import { startUdpProxy } from '../../support/udp-proxy.ts';
import { watchConnection } from '../../support/watched-connection.ts';
import { ALPN, closeNewestFirst, rejection } from './conformance/bench.ts';
import { echoFrames, exchangeOne } from './conformance/exchange.ts';

/** A TLS server on a TCP port whose UDP port takes every datagram and answers none. */
interface BlackHole {
  readonly listener: Listener;
  readonly datagrams: () => number;
  close(): Promise<void>;
}

describe('transport auto', () => {
  let certificates: TestCertificates;
  const open: { close: () => unknown }[] = [];
  before(async () => {
    certificates = await createTestCertificates();
  });
  after(() => closeNewestFirst(open));

  const blackHole = async (): Promise<BlackHole> => {
    const { cert, key } = certificates.node;
    const listener = await tlsTransport().listen({ address: '127.0.0.1:0', alpn: ALPN, cert, key, onConnection: echoFrames });
    const hole = await swallow(parseAddress(listener.address)!.port);
    const made = { listener, datagrams: hole.datagrams, close: async () => void (await Promise.all([listener.close(), hole.close()])) };
    open.push(made);
    return made;
  };
  const connect = async (transport: Transport, address: string): Promise<{ connection: Connection; tookMs: number }> => {
    const startedAt = performance.now();
    const connection = await transport.connect(address, { alpn: ALPN, ca: certificates.authority.cert });
    const tookMs = performance.now() - startedAt;
    watchConnection(connection);
    open.push({ close: () => connection.close(0, '') });
    return { connection, tookMs };
  };

  it('takes QUIC where both answer', async () => {
    const { cert, key } = certificates.node;
    const listener = await autoTransport().listen({ address: '127.0.0.1:0', alpn: ALPN, cert, key, onConnection: echoFrames });
    open.push(listener);
    assert.equal((await connect(autoTransport({ headStartMs: 4000 }), listener.address)).connection.protocol, 'quic');
    assert.equal((await connect(quicTransport(), listener.address)).connection.protocol, 'quic');
    assert.equal((await connect(tlsTransport(), listener.address)).connection.protocol, 'tls');
  });

  it('falls back to TLS where UDP is swallowed, goes there first the next time, and tries QUIC again later', async () => {
    const hole = await blackHole();
    const transport = autoTransport({ rememberMs: 600 });
    const first = await connect(transport, hole.listener.address);
    assert.equal(first.connection.protocol, 'tls');
    assert.ok(first.tookMs >= 290, `QUIC had ${first.tookMs} ms`);
    await exchangeOne(first.connection);
    const datagrams = hole.datagrams();
    assert.ok(datagrams > 0, 'QUIC was tried');
    const second = await connect(transport, hole.listener.address);
    assert.equal(second.connection.protocol, 'tls');
    assert.ok(second.tookMs < 250, `${second.tookMs} ms although UDP was known to be blocked`);
    await new Promise((resolve) => setTimeout(resolve, 650));
    const third = await connect(transport, hole.listener.address);
    assert.equal(third.connection.protocol, 'tls');
    assert.ok(third.tookMs >= 290, 'QUIC was tried again');
  });

  it('finds QUIC again when TLS, remembered as the only way, is gone', async () => {
    const hole = await blackHole();
    const { address } = hole.listener;
    const transport = autoTransport();
    assert.equal((await connect(transport, address)).connection.protocol, 'tls');
    await hole.close();
    const { cert, key } = certificates.node;
    const listener = await quicTransport().listen({ address, alpn: ALPN, cert, key, onConnection: echoFrames });
    open.push(listener);
    assert.equal((await connect(transport, address)).connection.protocol, 'quic');
  });

  it('carries calls of a Client with default options where a proxy drops every datagram', async () => {
    const { cert, key } = certificates.node;
    await using server = new Server({ cert, key });
    server.registerRaw('Echo.bytes', (bytes) => bytes);
    const address = await server.listen('127.0.0.1:0');
    const proxy = await startUdpProxy(parseAddress(address)!.port, seededRandom(3), { loss: 1 });
    const tcp = await forwardTcp(parseAddress(proxy.address)!.port, parseAddress(address)!.port);
    try {
      await using client = await Client.connect(proxy.address, { ca: certificates.authority.cert });
      for (let i = 0; i < 20; i++) {
        const answer = await client.callRaw('Echo.bytes', Buffer.from(`call ${i}`));
        assert.equal(Buffer.from(answer).toString(), `call ${i}`);
      }
    } finally {
      await server.close({ graceMs: 0 });
      tcp.close();
      await proxy.close();
    }
  });

  it('names both attempts when neither gets through', async () => {
    const hole = await swallow(0);
    open.push(hole);
    const attempt = autoTransport().connect(`127.0.0.1:${hole.port}`, {
      alpn: ALPN,
      ca: certificates.authority.cert,
      connectTimeoutMs: 500,
    });
    await assert.rejects(
      attempt,
      rejection('UNAVAILABLE', /over QUIC \(UDP\): Nothing answered.*over TLS \(TCP\): .* refused the connection/),
    );
  });

  it('takes a refusal by TLS at its word', async () => {
    const { cert, key } = certificates.node;
    const listener = await autoTransport().listen({ address: '127.0.0.1:0', alpn: ALPN, cert, key, onConnection: echoFrames });
    open.push(listener);
    const tls: Transport = { ...tlsTransport(), connect: () => Promise.reject(new Error('TLS was asked')) };
    const attempt = autoTransport({ tls }).connect(listener.address, { alpn: ALPN, ca: certificates.otherAuthority.cert });
    await assert.rejects(attempt, rejection('UNAUTHENTICATED', /unknown authority/));
  });

  it('says which port is in use, and leaves the other one free', async () => {
    const { cert, key } = certificates.node;
    const listen = (address: string, transport: Transport = autoTransport()): Promise<Listener> =>
      transport.listen({ address, alpn: ALPN, cert, key, onConnection: echoFrames });
    const hole = await swallow(0);
    open.push(hole);
    const address = `127.0.0.1:${hole.port}`;
    await assert.rejects(listen(address), rejection('ALREADY_EXISTS', /UDP port of 127\.0\.0\.1:\d+ is in use/));
    const tls = await listen(address, tlsTransport());
    open.push(tls);
    await hole.close();
    await assert.rejects(listen(address), rejection('ALREADY_EXISTS', /TCP port of 127\.0\.0\.1:\d+ is in use/));
    await tls.close();
    await (await listen(address)).close();
  });

  it('is TLS alone, with a line in the log, where the QUIC engine has no binary', async () => {
    const missing = (): Promise<never> =>
      Promise.reject(new RpcError('FAILED_PRECONDITION', 'no binary', { details: { reason: 'quicEngineMissing' } }));
    const quic: Transport = { name: 'quic', listen: missing, connect: missing };
    const warnings: string[] = [];
    const silent = (): void => undefined;
    const logger = { debug: silent, info: silent, error: silent, warn: (message: string) => void warnings.push(message) };
    const transport = autoTransport({ quic, logger });
    const { cert, key } = certificates.node;
    const listener = await transport.listen({ address: '127.0.0.1:0', alpn: ALPN, cert, key, onConnection: echoFrames });
    open.push(listener);
    for (let i = 0; i < 2; i++) {
      const { connection, tookMs } = await connect(transport, listener.address);
      assert.equal(connection.protocol, 'tls');
      assert.ok(tookMs < 250, `${tookMs} ms`);
    }
    assert.equal(warnings.length, 2, warnings.join('\n'));
    assert.match(warnings[0]!, /listening on TLS alone/);
    assert.match(warnings[1]!, /connecting over TLS/);
  });

  for (const missing of ['package', 'binary'] as const) {
    it(`serves and calls over TLS in a process that cannot load the ${missing} of the QUIC engine`, async () => {
      const input: NoEngineInput = { missing, ca: certificates.authority.cert, ...certificates.node };
      const child = startScenario('no-engine-process.ts', input);
      const { answers, warnings, pinned } = (await child.nextMessage()) as NoEngineOutput;
      assert.deepEqual(answers, ['one', 'two']);
      assert.deepEqual(warnings, [
        'QUIC cannot be used on this machine, listening on TLS alone',
        'QUIC cannot be used on this machine, connecting over TLS',
      ]);
      for (const error of pinned) assert.match(error, /^FAILED_PRECONDITION: The QUIC engine cannot be loaded on .* transport tls or auto/);
      const { code, stderr } = await child.exit(3000);
      assert.deepEqual([code, stderr], [0, '']);
    });
  }

  it('is refused as an option when it is no transport', () => {
    const wrong = { transport: 'udp' } as unknown as { transport: 'quic' };
    assert.throws(() => new Client('127.0.0.1:1', wrong), rejection('INVALID_ARGUMENT', /"auto", "quic", "tls" or a transport, got "udp"/));
  });
});

/** A UDP port that takes everything and answers nothing. */
async function swallow(port: number): Promise<{ readonly port: number; datagrams(): number; close(): Promise<void> }> {
  const socket = createSocket('udp4');
  let count = 0;
  socket.on('message', () => {
    count += 1;
  });
  socket.bind(port, '127.0.0.1');
  await once(socket, 'listening');
  let closed: Promise<void> | undefined;
  return {
    port: socket.address().port,
    datagrams: () => count,
    close: () => {
      closed ??= new Promise((resolve) => socket.close(() => resolve()));
      return closed;
    },
  };
}

/** Hands on TCP connections between two ports of 127.0.0.1. */
async function forwardTcp(from: number, to: number): Promise<{ close(): void }> {
  const server = createServer((front) => {
    const back = connectTcp(to, '127.0.0.1');
    front.on('error', () => back.destroy());
    back.on('error', () => front.destroy());
    front.pipe(back).pipe(front);
  });
  server.listen(from, '127.0.0.1');
  await once(server, 'listening');
  return { close: () => void server.close() };
}
