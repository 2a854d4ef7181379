import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { Client, Server, tlsTransport } from '../../../src/index.ts';
import { ALPN } from '../../../src/wire/hello.ts';
import { createTestCertificates, type TestCertificates } from '../../support/test-certificates.ts';
import { watchConnection } from '../../support/watched-connection.ts';
import { rejection } from '../transports/conformance/bench.ts';

describe('a server that gets a new certificate', () => {
  let certificates: TestCertificates;
  before(async () => {
    certificates = await createTestCertificates();
  });

  /** A server that echoes, slowly where the request says so. */
  const createServer = (transport: 'tls' | 'quic' | 'auto'): Server => {
    const { cert, key } = certificates.node;
    const server = new Server({ cert, key, transport });
    return server.registerRaw('Echo.bytes', async (bytes) => {
      if (Buffer.from(bytes).toString() === 'slow') await new Promise((resolve) => setTimeout(resolve, 300));
      return bytes;
    });
  };
  /** The name in the certificate that a new TLS connection sees. */
  const shownName = async (address: string): Promise<string | undefined> => {
    const connection = await tlsTransport().connect(address, { alpn: ALPN, ca: certificates.authority.cert });
    watchConnection(connection);
    connection.close(0, '');
    return connection.peer.certificate?.commonName;
  };

  for (const transport of ['tls', 'quic', 'auto'] as const) {
    it(`on ${transport} loses no call, and later connections are checked against the new one`, async () => {
      const { authority, otherAuthority } = certificates;
      await using server = createServer(transport);
      const address = await server.listen('127.0.0.1:0');
      const both = authority.cert + otherAuthority.cert;
      await using old = await Client.connect(address, { ca: both, transport });
      const slow = old.callRaw('Echo.bytes', Buffer.from('slow'));
      const renewed = await otherAuthority.issue({ commonName: 'renewed' });
      let failures = 0;
      let calls = 0;
      let isDone = false;
      const traffic = (async () => {
        while (!isDone) {
          await old.callRaw('Echo.bytes', Buffer.from('quick')).catch(() => {
            failures += 1;
          });
          calls += 1;
        }
      })();
      await server.updateCertificate(renewed);
      assert.equal(Buffer.from(await slow).toString(), 'slow');
      assert.equal(Buffer.from(await old.callRaw('Echo.bytes', Buffer.from('after'))).toString(), 'after');
      isDone = true;
      await traffic;
      assert.equal(failures, 0, `${failures} of ${calls} calls failed`);
      await using later = await Client.connect(address, { ca: otherAuthority.cert, transport, shareConnection: false });
      assert.equal(Buffer.from(await later.callRaw('Echo.bytes', Buffer.from('new'))).toString(), 'new');
      const refused = Client.connect(address, { ca: authority.cert, transport, shareConnection: false });
      await assert.rejects(refused, rejection('UNAUTHENTICATED', /unknown authority/));
      assert.equal(server.settings.cert, renewed.cert);
    });
  }

  it('keeps its connections over TLS', async () => {
    await using server = createServer('tls');
    const address = await server.listen('127.0.0.1:0');
    await using client = await Client.connect(address, { ca: certificates.authority.cert, transport: 'tls' });
    await server.updateCertificate(await certificates.authority.issue({ commonName: 'renewed' }));
    assert.equal(server.connectionCount, 1);
    await client.callRaw('Echo.bytes', Buffer.from('hello'));
    assert.equal(server.connectionCount, 1);
    assert.equal(await shownName(address), 'renewed');
  });

  it('refuses one that cannot be used, and goes on with the old one', async () => {
    await using server = createServer('auto');
    const address = await server.listen('127.0.0.1:0');
    const { node, expired } = certificates;
    await assert.rejects(server.updateCertificate({ cert: node.cert, key: expired.key }), rejection('INVALID_ARGUMENT', /does not belong/));
    await assert.rejects(
      server.updateCertificate({ cert: 'nonsense', key: node.key }),
      rejection('INVALID_ARGUMENT', /no PEM certificate/),
    );
    assert.equal(await shownName(address), 'test node');
    await using client = await Client.connect(address, { ca: certificates.authority.cert, transport: 'quic' });
    await client.callRaw('Echo.bytes', Buffer.from('hello'));
  });

  it('ends what does not end in time', async () => {
    await using server = createServer('quic');
    const address = await server.listen('127.0.0.1:0');
    await using client = await Client.connect(address, { ca: certificates.authority.cert, transport: 'quic' });
    const slow = client.callRaw('Echo.bytes', Buffer.from('slow'));
    const failed = assert.rejects(slow, rejection('UNAVAILABLE', /new certificate/));
    await client.callRaw('Echo.bytes', Buffer.from('quick'));
    await server.updateCertificate({ ...certificates.node, graceMs: 0 });
    await failed;
  });

  it('must listen for it', async () => {
    await using server = createServer('tls');
    await assert.rejects(server.updateCertificate(certificates.node), rejection('FAILED_PRECONDITION', /while it listens/));
  });
});
