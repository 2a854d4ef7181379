import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Deferred } from '../../../../src/util/deferred.ts';
import { watchConnection, within } from '../../../support/watched-connection.ts';
import { rejection, type TransportBench } from './bench.ts';
import { exchangeOne, readBytes } from './exchange.ts';

/** The end of a connection: who hears of it, what they hear, and what is left of it. */
export function describeClosing(bench: TransportBench): void {
  describe('the end of a connection', () => {
    it('shows the code and the reason of the client to both sides, once', async () => {
      const { client, server, listener } = await bench.connectPair();
      client.connection.close(4711, 'no longer needed');
      client.connection.close(1, 'a second time');
      assert.equal(client.closeCount(), 0, 'onClose is never called from inside close');
      const end = { code: 4711, reason: 'no longer needed' };
      assert.deepEqual(await within(5000, 'onClose of the client', client.closed), { ...end, by: 'local' });
      assert.deepEqual(await within(5000, 'onClose of the server', server.closed), { ...end, by: 'remote' });
      assert.throws(() => client.connection.openLane(), rejection('UNAVAILABLE', /closed: no longer needed/));
      await listener.close();
      assert.deepEqual([client.closeCount(), server.closeCount()], [1, 1]);
    });

    it('shows the code and the reason of the server to both sides', async () => {
      const { client, server } = await bench.connectPair();
      server.connection.close(0, 'go away');
      assert.deepEqual(await within(5000, 'onClose of the server', server.closed), { code: 0, reason: 'go away', by: 'local' });
      assert.deepEqual(await within(5000, 'onClose of the client', client.closed), { code: 0, reason: 'go away', by: 'remote' });
    });

    it('is heard by a handler that is set after it', async () => {
      const listener = await bench.listen({ onConnection: (connection) => connection.close(7, 'at once') });
      const connection = await bench.connect(listener.address);
      const { closed } = watchConnection(connection);
      assert.deepEqual(await within(5000, 'onClose', closed), { code: 7, reason: 'at once', by: 'remote' });
    });

    it('comes when the listener closes, and the port is free then', async () => {
      const { client, listener } = await bench.connectPair();
      const lane = client.connection.openLane();
      await Promise.all([listener.close(), listener.close()]);
      await listener.close();
      const end = await within(5000, 'onClose', client.closed);
      assert.deepEqual([end.code, end.reason, end.by], [0, 'the server closed', 'remote']);
      assert.equal(lane.write(Buffer.from('too late')), false, 'a write after the end is harmless');
      const again = await bench.listen({ address: listener.address });
      assert.equal(again.address, listener.address);
    });

    it('comes when the listener closes before it has seen the connection', async () => {
      for (let i = 0; i < 4; i++) {
        const listener = await bench.listen();
        const client = await bench.connectAndWatch(listener.address);
        await listener.close();
        const end = await within(5000, 'onClose', client.closed);
        assert.deepEqual([end.code, end.by], [0, 'remote']);
        assert.match(end.reason, /closed/);
      }
    });

    it('is the last callback: no bytes, room or lanes come after it', async () => {
      const listener = await bench.listen();
      const connection = await bench.connect(listener.address);
      const closed = new Deferred<void>();
      const heard: string[] = [];
      connection.setHandler({
        onLane: () => heard.push('onLane'),
        onClose: () => {
          heard.push('onClose');
          closed.resolve();
        },
      });
      const lane = connection.openLane();
      lane.setHandler({
        onData: () => {
          if (heard.length === 0) connection.close(0, 'enough');
          heard.push('onData');
        },
        onDrain: () => heard.push('onDrain'),
        onEnd: () => heard.push('onEnd'),
      });
      // An echo of this size comes in many pieces; the connection closes at the first.
      const frame = Buffer.alloc(4 + 100_000);
      frame.writeUInt32LE(100_000);
      lane.write(frame);
      await within(5000, 'onClose', closed.promise);
      await listener.close();
      assert.deepEqual(heard, ['onData', 'onClose']);
    });

    it('cuts a reason at 255 bytes, between characters', async () => {
      const { client, server } = await bench.connectPair();
      client.connection.close(1, 'ä'.repeat(200));
      for (const side of [client, server]) {
        const { reason } = await within(5000, 'onClose', side.closed);
        assert.equal(reason, 'ä'.repeat(127));
      }
    });

    it('comes by itself when the other process was killed, after the idle timeout at the latest', async () => {
      const echo = await bench.startRemoteEcho();
      const { connection, closed } = await bench.connectAndWatch(echo.address, { idleTimeoutMs: 1000 });
      await exchangeOne(connection);
      echo.kill();
      const end = await within(5000, 'onClose', closed);
      assert.deepEqual([end.code, end.by], [0, 'network']);
      assert.match(end.reason, /idle timeout|the peer is gone/);
    });

    it('comes by itself on the server after its idle timeout', async () => {
      const { client, server } = await bench.connectPair({ idleTimeoutMs: 300 });
      const lane = client.connection.openLane();
      readBytes(lane, () => undefined);
      const ends = await within(5000, 'both ends', Promise.all([client.closed, server.closed]));
      for (const end of ends) assert.deepEqual([end.code, end.by], [0, 'network']);
    });
  });
}
