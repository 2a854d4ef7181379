import assert from 'node:assert/strict';
import { afterEach, before, describe, it } from 'node:test';
import type { Connection, ConnectOptions, Listener, ListenOptions, Transport } from '../../../src/ports/transport.ts';
import { quicTransport } from '../../../src/transports/quic/quic-transport.ts';
import { tlsTransport } from '../../../src/transports/tls/tls-transport.ts';
import { Deferred } from '../../../src/util/deferred.ts';
import { createTestCertificates, type TestCertificates } from '../../support/test-certificates.ts';
import { watchConnection } from '../../support/watched-connection.ts';
import { ALPN, closeNewestFirst, connectOrEnd, rejection } from './conformance/bench.ts';
import { echoFrames, exchangeOne } from './conformance/exchange.ts';

for (const createTransport of [tlsTransport, quicTransport]) {
  const { name } = createTransport();

  describe(`session tickets on ${name}`, () => {
    let certificates: TestCertificates;
    const open: { close: () => unknown }[] = [];
    before(async () => {
      certificates = await createTestCertificates();
    });
    afterEach(() => closeNewestFirst(open));

    const listen = async (options: Partial<ListenOptions> = {}): Promise<Listener> => {
      const { cert, key } = certificates.node;
      const listener = await createTransport().listen({
        address: '127.0.0.1:0',
        alpn: ALPN,
        cert,
        key,
        onConnection: echoFrames,
        ...options,
      });
      open.push(listener);
      return listener;
    };
    /** Connects and exchanges something, so that the tickets have come. */
    const use = async (transport: Transport, address: string, options: Partial<ConnectOptions> = {}): Promise<Connection> => {
      const connection = await transport.connect(address, { alpn: ALPN, ca: certificates.authority.cert, ...options });
      watchConnection(connection);
      open.push({ close: () => connection.close(0, '') });
      await exchangeOne(connection);
      await new Promise((resolve) => setTimeout(resolve, 30));
      return connection;
    };

    if (name === 'tls') {
      it('resume the session of the same server, name, ca and certificate, and of no other', async () => {
        const { authority, otherAuthority, node } = certificates;
        const listener = await listen();
        const transport = tlsTransport();
        assert.equal((await use(transport, listener.address)).isResumed, false);
        for (let i = 0; i < 3; i++) assert.equal((await use(transport, listener.address)).isResumed, true);
        assert.equal((await use(transport, listener.address, node)).isResumed, false);
        assert.equal((await use(transport, listener.address, { ca: authority.cert + otherAuthority.cert })).isResumed, false);
        assert.equal((await use(tlsTransport(), listener.address)).isResumed, false);
      });

      it('are worth nothing after the server has another certificate', async () => {
        const listener = await listen();
        const transport = tlsTransport();
        await use(transport, listener.address);
        assert.equal((await use(transport, listener.address)).isResumed, true);
        await listener.updateIdentity?.(await certificates.authority.issue({ commonName: 'renewed' }), () => Promise.resolve());
        const after = await use(transport, listener.address);
        assert.deepEqual([after.isResumed, after.peer.certificate?.commonName], [false, 'renewed']);
      });

      it('show the certificate of the client on a resumed session', async () => {
        const seen: (string | undefined)[] = [];
        const listener = await listen({
          ca: certificates.authority.cert,
          clientAuth: 'require',
          onConnection: (connection) => {
            seen.push(`${connection.isResumed} ${connection.peer.certificate?.commonName}`);
            echoFrames(connection);
          },
        });
        const transport = tlsTransport();
        for (let i = 0; i < 3; i++) await use(transport, listener.address, certificates.node);
        assert.deepEqual(seen, ['false test node', 'true test node', 'true test node']);
      });
    }

    it('do not spare a server the check by another ca', async () => {
      const { otherAuthority } = certificates;
      const listener = await listen();
      const transport = createTransport();
      for (let i = 0; i < 2; i++) await use(transport, listener.address);
      const attempt = transport.connect(listener.address, { alpn: ALPN, ca: otherAuthority.cert });
      await assert.rejects(attempt, rejection('UNAUTHENTICATED', /unknown authority/));
      const renamed = transport.connect(listener.address, { alpn: ALPN, ca: certificates.authority.cert, serverName: 'elsewhere.example' });
      await assert.rejects(renamed, rejection('UNAUTHENTICATED', /elsewhere\.example/));
    });

    it('do not spare a client the check of its certificate', async () => {
      const { authority, node, stranger } = certificates;
      const good = new Deferred<string | undefined>();
      const listener = await listen({
        ca: authority.cert,
        clientAuth: 'require',
        onConnection: (connection) => {
          good.resolve(connection.peer.certificate?.commonName);
          echoFrames(connection);
        },
      });
      const transport = createTransport();
      await use(transport, listener.address, node);
      for (let i = 0; i < 3; i++) {
        const attempt = transport.connect(listener.address, { alpn: ALPN, ca: authority.cert, ...stranger });
        await assert.rejects(connectOrEnd(attempt), rejection('UNAUTHENTICATED', /unknown certificate authority/));
        const bare = transport.connect(listener.address, { alpn: ALPN, ca: authority.cert });
        await assert.rejects(connectOrEnd(bare), rejection('UNAUTHENTICATED', /certificate is required/));
      }
      assert.equal(await good.promise, 'test node');
    });

    it('of a server that has started anew are no hindrance', async () => {
      const listener = await listen();
      const transport = createTransport();
      await use(transport, listener.address);
      await listener.close();
      const again = await listen({ address: listener.address });
      await use(transport, again.address);
      await use(transport, again.address);
    });
  });
}
