import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { before, describe, it } from 'node:test';
import { connect, createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { createDevelopmentCertificates, type DevelopmentCertificates } from '../../../src/certs/development-certificates.ts';
import type { Connection } from '../../../src/ports/transport.ts';
import { quicTransport } from '../../../src/transports/quic/quic-transport.ts';
import { Deferred } from '../../../src/util/deferred.ts';
import { watchConnection, within } from '../../support/watched-connection.ts';

describe('development certificates in use', () => {
  let made: DevelopmentCertificates;
  let other: DevelopmentCertificates;
  before(async () => {
    made = await createDevelopmentCertificates({ hosts: ['worker.local'], commonName: 'node 1' });
    other = await createDevelopmentCertificates();
  });

  const mutual = (): TlsOptions => ({ ...made.node, ca: made.ca.cert, requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' });

  for (const servername of ['localhost', 'worker.local']) {
    it(`verify with node:tls in both directions for ${servername}`, async () => {
      const server = createServer(mutual());
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const accepted = once(server, 'secureConnection');
      const { port } = server.address() as AddressInfo;
      const client = connect({ host: '127.0.0.1', port, servername, ...made.node, ca: made.ca.cert, minVersion: 'TLSv1.3' });
      await once(client, 'secureConnect');
      const [socket] = (await accepted) as [TLSSocket];
      assert.equal(client.authorized, true);
      assert.equal(client.getPeerCertificate().subject.CN, 'node 1');
      assert.equal(socket.authorized, true);
      assert.equal(socket.getPeerCertificate().subject.CN, 'node 1');
      client.destroy();
      socket.destroy();
      server.close();
      await once(server, 'close');
    });
  }

  it('verify with node:tls for an IP address', async () => {
    const server = createServer(made.node);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const client = connect({ host: '127.0.0.1', port, ca: made.ca.cert });
    await once(client, 'secureConnect');
    assert.equal(client.authorized, true);
    client.destroy();
    server.close();
    await once(server, 'close');
  });

  it('are refused by node:tls under another authority', async () => {
    const server = createServer(made.node);
    server.on('tlsClientError', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const client = connect({ host: '127.0.0.1', port, servername: 'localhost', ca: other.ca.cert });
    const [error] = (await once(client, 'error')) as [Error];
    assert.match(error.message, /unable to (verify|get)/);
    server.close();
    await once(server, 'close');
  });

  it('verify in the QUIC engine in both directions', async () => {
    const accepted = new Deferred<Connection>();
    const listener = await quicTransport().listen({
      address: '127.0.0.1:0',
      alpn: 'test/1',
      ...made.node,
      ca: made.ca.cert,
      clientAuth: 'require',
      onConnection: (connection) => accepted.resolve(connection),
    });
    const options = { alpn: 'test/1', ...made.node, ca: made.ca.cert, serverName: 'worker.local' };
    const connection = await quicTransport().connect(listener.address, options);
    watchConnection(connection);
    const { peer } = await within(5000, 'onConnection', accepted.promise);
    assert.equal(peer.certificate?.commonName, 'node 1');
    assert.ok(peer.certificate.subjectNames.includes('DNS:worker.local'));
    connection.close(0, '');
    await listener.close();
  });
});
