import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Connection } from '../../../../src/ports/transport.ts';
import { Deferred } from '../../../../src/util/deferred.ts';
import { watchConnection, within } from '../../../support/watched-connection.ts';
import { ALPN, connectOrEnd, rejection, type TransportBench } from './bench.ts';
import { echoFrames, exchangeOne } from './exchange.ts';

/** Who is trusted, and how a refusal is told. Skipped where there is no TLS. */
export function describeCertificates(bench: TransportBench): void {
  const tls = (title: string, check: () => Promise<void>): void => {
    it(title, async (context) => {
      if (bench.subject.withoutTls === undefined) await check();
      else context.skip(bench.subject.withoutTls);
    });
  };
  describe('certificates', () => {
    describeServerCertificates(bench, tls);
    describeClientCertificates(bench, tls);

    tls('a key that does not belong to the certificate is refused on both sides', async () => {
      const { node, expired } = bench.certificates;
      const mixed = { cert: node.cert, key: expired.key };
      await assert.rejects(bench.listen(mixed), rejection('INVALID_ARGUMENT', /does not belong/));
      await assert.rejects(bench.connect('127.0.0.1:9', mixed), rejection('INVALID_ARGUMENT', /does not belong/));
    });

    tls('a ca that is no PEM is refused on both sides', async () => {
      const listening = bench.listen({ ca: 'nonsense', clientAuth: 'require' });
      await assert.rejects(listening, rejection('INVALID_ARGUMENT', /ca holds no PEM certificate/));
      await assert.rejects(bench.connect('127.0.0.1:9', { ca: 'nonsense' }), rejection('INVALID_ARGUMENT', /ca holds no PEM certificate/));
    });

    tls('a certificate without its key is refused on both sides, and so is asking for certificates without a ca', async () => {
      const { cert } = bench.certificates.node;
      // As from JavaScript: there an option may be present and undefined.
      const withoutKey = { cert, key: undefined } as unknown as { cert: string };
      await assert.rejects(bench.listen(withoutKey), rejection('INVALID_ARGUMENT', /Expected key to be/));
      await assert.rejects(bench.connect('127.0.0.1:9', { cert }), rejection('INVALID_ARGUMENT', /Expected key to be/));
      await assert.rejects(bench.listen({ clientAuth: 'request' }), rejection('INVALID_ARGUMENT', /Expected ca to be/));
    });
  });
}

type TlsTest = (title: string, check: () => Promise<void>) => void;

function describeServerCertificates(bench: TransportBench, tls: TlsTest): void {
  tls('a server of another authority is refused', async () => {
    const listener = await bench.listen();
    const attempt = bench.connect(listener.address, { ca: bench.certificates.otherAuthority.cert });
    await assert.rejects(attempt, rejection('UNAUTHENTICATED', /unknown authority/));
  });

  tls('a server of no known authority is refused', async () => {
    const listener = await bench.listen();
    const attempt = bench.subject.transport.connect(listener.address, { alpn: ALPN });
    await assert.rejects(attempt, rejection('UNAUTHENTICATED', /unknown authority/));
  });

  tls('a server of another name is refused', async () => {
    const listener = await bench.listen();
    const attempt = bench.connect(listener.address, { serverName: 'elsewhere.example' });
    await assert.rejects(attempt, rejection('UNAUTHENTICATED', /"elsewhere\.example"/));
  });

  tls('a server whose certificate has expired is refused', async () => {
    const listener = await bench.listen({ ...bench.certificates.expired });
    await assert.rejects(bench.connect(listener.address), rejection('UNAUTHENTICATED', /expired/));
  });

  tls('one of several authorities in ca is enough', async () => {
    const { authority, otherAuthority } = bench.certificates;
    const listener = await bench.listen();
    const { connection } = await bench.connectAndWatch(listener.address, { ca: otherAuthority.cert + authority.cert });
    await exchangeOne(connection);
  });
}

function describeClientCertificates(bench: TransportBench, tls: TlsTest): void {
  tls('a certificate of a client is shown to the server, as text or as bytes', async () => {
    const { node, authority } = bench.certificates;
    for (const { cert, key } of [node, { cert: Buffer.from(node.cert), key: Buffer.from(node.key) }]) {
      const accepted = new Deferred<Connection>();
      const listener = await bench.listen({
        ca: authority.cert,
        clientAuth: 'request',
        onConnection: (connection) => {
          watchConnection(connection);
          accepted.resolve(connection);
        },
      });
      await bench.connectAndWatch(listener.address, { cert, key });
      const { peer } = await within(5000, 'onConnection', accepted.promise);
      assert.equal(peer.certificate?.commonName, 'test node');
      assert.deepEqual(peer.certificate?.subjectNames, ['DNS:localhost', 'IP Address:127.0.0.1', 'IP Address:0:0:0:0:0:0:0:1']);
      assert.match(peer.certificate?.fingerprint256 ?? '', /^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/);
      assert.ok((peer.certificate?.raw.length ?? 0) > 100);
    }
  });

  tls('a client without a certificate is accepted where one is only requested, and has none', async () => {
    const accepted = new Deferred<Connection>();
    const listener = await bench.listen({
      ca: bench.certificates.authority.cert,
      clientAuth: 'request',
      onConnection: (connection) => {
        echoFrames(connection);
        accepted.resolve(connection);
      },
    });
    const { connection } = await bench.connectAndWatch(listener.address);
    await exchangeOne(connection);
    assert.equal((await accepted.promise).peer.certificate, undefined);
  });

  for (const { title, clientAuth, who, reason } of REFUSALS) {
    tls(title, async () => {
      const { certificates } = bench;
      const accepted: (string | undefined)[] = [];
      const good = new Deferred<void>();
      const listener = await bench.listen({
        ca: certificates.authority.cert,
        clientAuth,
        onConnection: ({ peer }) => {
          accepted.push(peer.certificate?.commonName);
          if (peer.certificate?.commonName === 'test node') good.resolve();
        },
      });
      const attempt = bench.connect(listener.address, who === undefined ? {} : certificates[who]);
      await assert.rejects(connectOrEnd(attempt), rejection('UNAUTHENTICATED', reason));
      // A good client after it proves that the server has been through with the bad one.
      await bench.connectAndWatch(listener.address, certificates.node);
      await within(5000, 'the connection of the good client', good.promise);
      assert.deepEqual(accepted, ['test node'], 'the server shows no connection that it refused');
    });
  }
}

const REFUSALS = [
  {
    title: 'a client without a certificate is refused where one is required',
    clientAuth: 'require',
    who: undefined,
    reason: /certificate is required/,
  },
  {
    title: 'a client of another authority is refused where one is requested',
    clientAuth: 'request',
    who: 'stranger',
    reason: /unknown certificate authority/,
  },
  {
    title: 'a client of another authority is refused where one is required',
    clientAuth: 'require',
    who: 'stranger',
    reason: /unknown certificate authority/,
  },
  { title: 'a client whose certificate has expired is refused', clientAuth: 'request', who: 'expired', reason: /expired/ },
] as const;
