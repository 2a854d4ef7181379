import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { watchConnection, within } from '../../../support/watched-connection.ts';
import { connectOrEnd, rejection, type TransportBench } from './bench.ts';
import { exchange, exchangeOne } from './exchange.ts';

/** Finding each other: connecting, listening, and everything that may stand in the way but certificates. */
export function describeConnecting(bench: TransportBench): void {
  describe('connecting', () => {
    it('opens 200 connections at once', async () => {
      const listener = await bench.listen();
      const connections = await Promise.all(
        Array.from({ length: 200 }, () => bench.connect(listener.address, { connectTimeoutMs: 30_000 })),
      );
      for (const connection of connections) watchConnection(connection);
      const echoes = connections.map((one) => exchange(one, { lanes: 1, messages: 3, inFlight: 3, maxBytes: 2000 }));
      await within(20_000, 'all echoes', Promise.all(echoes));
      for (const connection of connections) connection.close(0, '');
    });

    it('finds localhost where the server listens on 127.0.0.1', async () => {
      const listener = await bench.listen();
      const { connection } = await bench.connectAndWatch(listener.address.replace('127.0.0.1', 'localhost'));
      await exchangeOne(connection);
    });

    it('shows each side the address of the other', async () => {
      const { client, server, listener } = await bench.connectPair();
      assert.equal(client.connection.peer.address, listener.address);
      assert.match(server.connection.peer.address, /^127\.0\.0\.1:[1-9]\d+$/);
      assert.notEqual(server.connection.peer.address, listener.address);
    });

    it('fails with UNAVAILABLE on a dead port', async () => {
      const listener = await bench.listen();
      await listener.close();
      const attempt = bench.connect(listener.address, { connectTimeoutMs: 300 });
      await assert.rejects(attempt, rejection('UNAVAILABLE', new RegExp(listener.address)));
    });

    it('fails with CANCELLED when the signal aborts, before and meanwhile', async () => {
      const echo = await bench.startRemoteEcho();
      echo.stop();
      await assert.rejects(bench.connect(echo.address, {}, AbortSignal.abort()), rejection('CANCELLED', /aborted/));
      const controller = new AbortController();
      const attempt = bench.connect(echo.address, {}, controller.signal);
      setTimeout(() => controller.abort(), 30);
      await assert.rejects(attempt, rejection('CANCELLED', /aborted/));
    });

    it('fails with FAILED_PRECONDITION when the server does not speak the protocol', async () => {
      const listener = await bench.listen();
      const attempt = bench.connect(listener.address, { alpn: 'other/1' });
      await assert.rejects(attempt, rejection('FAILED_PRECONDITION', /does not speak other\/1/));
    });

    it('refuses what is above maxConnections with a reason, until there is room again', async () => {
      const listener = await bench.listen({ maxConnections: 2 });
      const first = await bench.connectAndWatch(listener.address);
      const second = await bench.connectAndWatch(listener.address);
      await exchangeOne(second.connection);
      await assert.rejects(connectOrEnd(bench.connect(listener.address)), /2 connections and takes no more/);
      first.connection.close(0, '');
      const third = await connectUntilAccepted(bench, listener.address);
      await exchangeOne(third.connection);
    });

    for (const address of ['127.0.0.1', '127.0.0.1:0', '127.0.0.1:70000', '::1:5000', '']) {
      it(`refuses the address ${JSON.stringify(address)}`, async () => {
        await assert.rejects(bench.connect(address), rejection('INVALID_ARGUMENT', /Expected address to be host:port/));
      });
    }
  });

  describe('listening', () => {
    it('on port 0 chooses a port and tells it', async () => {
      const one = await bench.listen();
      const two = await bench.listen();
      assert.match(one.address, /^127\.0\.0\.1:[1-9]\d+$/);
      assert.notEqual(one.address, two.address);
    });

    it('fails with ALREADY_EXISTS on a port in use', async () => {
      const listener = await bench.listen();
      await assert.rejects(bench.listen({ address: listener.address }), rejection('ALREADY_EXISTS', /in use/));
    });

    it('refuses an address that is none', async () => {
      await assert.rejects(bench.listen({ address: 'everywhere' }), rejection('INVALID_ARGUMENT', /Expected address/));
    });
  });
}

/** The server hears of an end a moment after the client has closed. */
async function connectUntilAccepted(bench: TransportBench, address: string): Promise<ReturnType<typeof watchConnection>> {
  for (let attempt = 0; ; attempt++) {
    const watched = await bench.connectAndWatch(address);
    const isAccepted = await Promise.race([exchangeOne(watched.connection).then(() => true), watched.closed.then(() => false)]);
    if (isAccepted) return watched;
    assert.ok(attempt < 50, 'there is never room again');
  }
}
