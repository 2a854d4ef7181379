import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Connection } from '../../../../src/ports/transport.ts';
import { Deferred } from '../../../../src/util/deferred.ts';
import { watchConnection, within } from '../../../support/watched-connection.ts';
import { rejection, type TransportBench } from './bench.ts';
import { BULK_BYTES, CHUNK_BYTES, echoBytes, exchange, exchangeOne, hashLane, pump, pumpReusing, readBytes } from './exchange.ts';

/** Lanes: order, integrity, room, and who may open them. */
export function describeLanes(bench: TransportBench): void {
  describe('lanes', () => {
    for (const lanes of [1, 8]) {
      it(`carry 600 messages of 0 to 200 KB unchanged and in order, 128 at once on ${lanes}`, async () => {
        const listener = await bench.listen();
        const { connection } = await bench.connectAndWatch(listener.address);
        await within(30_000, 'the last echo', exchange(connection, { lanes, messages: 600, inFlight: 128 }));
      });
    }

    it('carry 64 MB in one direction unchanged', async () => {
      const received = new Deferred<string>();
      const listener = await bench.listen({
        onConnection: (connection) => watchConnection(connection, (lane) => hashLane(lane, BULK_BYTES, received)),
      });
      const { connection } = await bench.connectAndWatch(listener.address);
      const sent = pump(connection.openLane(), BULK_BYTES);
      assert.equal(await within(30_000, 'the last byte', received.promise), sent.digest());
    });

    it('have copied what they call written', async () => {
      const total = BULK_BYTES / 4;
      const received = new Deferred<string>();
      const listener = await bench.listen({
        onConnection: (connection) => watchConnection(connection, (lane) => hashLane(lane, total, received)),
      });
      const { connection } = await bench.connectAndWatch(listener.address);
      const sent = pumpReusing(connection.openLane(), total);
      assert.equal(await within(30_000, 'the last byte', received.promise), sent.digest());
    });

    it('that come before the handler is set are kept, with their bytes', async () => {
      const accepted = new Deferred<Connection>();
      const listener = await bench.listen({ onConnection: (connection) => accepted.resolve(connection) });
      const { connection } = await bench.connectAndWatch(listener.address);
      connection.openLane().write(Buffer.from('one'));
      connection.openLane().write(Buffer.from('two'));
      const server = await accepted.promise;
      await new Promise((resolve) => setTimeout(resolve, 100));
      const texts: string[] = [];
      const both = new Deferred<void>();
      watchConnection(server, (lane) =>
        readBytes(lane, (bytes) => {
          texts.push(Buffer.from(bytes).toString());
          if (texts.length === 2) both.resolve();
        }),
      );
      await within(5000, 'both lanes', both.promise);
      assert.deepEqual(texts, ['one', 'two']);
    });

    it('say when they are full and when there is room again, and send all the same', async () => {
      const received = new Deferred<number>();
      let count = 0;
      let expected = Number.POSITIVE_INFINITY;
      const listener = await bench.listen({
        onConnection: (connection) =>
          watchConnection(connection, (lane) =>
            readBytes(lane, (bytes) => {
              count += bytes.length;
              if (count >= expected) received.resolve(count);
            }),
          ),
      });
      const { connection } = await bench.connectAndWatch(listener.address);
      const lane = connection.openLane();
      const drained = new Deferred<void>();
      lane.setHandler({ onData: () => undefined, onDrain: () => drained.resolve(), onEnd: () => undefined });
      let written = 0;
      let hasRoom = true;
      while (hasRoom && written < BULK_BYTES) {
        hasRoom = lane.write(Buffer.alloc(CHUNK_BYTES));
        written += CHUNK_BYTES;
      }
      assert.equal(hasRoom, false, 'the buffer of a lane has an end');
      await within(5000, 'onDrain', drained.promise);
      expected = written + 1;
      lane.write(Buffer.alloc(1));
      assert.equal(await within(5000, 'the last byte', received.promise), expected);
    });

    it('may be written from inside onData: 8,000 messages come back', async () => {
      const listener = await bench.listen({ onConnection: (connection) => watchConnection(connection, echoBytes) });
      const { connection } = await bench.connectAndWatch(listener.address);
      await within(30_000, 'the last echo', exchange(connection, { lanes: 1, messages: 8000, inFlight: 256, maxBytes: 12_000 }));
    });

    it('say inside onData when they are full, and when there is room again', async () => {
      const answers = new Deferred<boolean>();
      const drained = new Deferred<void>();
      const listener = await bench.listen({
        onConnection: (connection) =>
          watchConnection(connection, (lane) =>
            lane.setHandler({
              onData: () => {
                let hasRoom = true;
                for (let i = 0; i < 64; i++) hasRoom = lane.write(Buffer.alloc(CHUNK_BYTES));
                answers.resolve(hasRoom);
              },
              onDrain: () => drained.resolve(),
              onEnd: () => undefined,
            }),
          ),
      });
      const { connection } = await bench.connectAndWatch(listener.address);
      const done = new Deferred<void>();
      let received = 0;
      const lane = connection.openLane();
      readBytes(lane, (bytes) => {
        received += bytes.length;
        if (received === 64 * CHUNK_BYTES) done.resolve();
      });
      lane.write(Buffer.from('go'));
      assert.equal(await within(5000, 'the writes', answers.promise), false);
      await within(5000, 'onDrain', drained.promise);
      await within(5000, 'the last byte', done.promise);
    });

    it('may be opened by the server too', async () => {
      const listener = await bench.listen({
        onConnection: (connection) => {
          watchConnection(connection);
          connection.openLane().write(Buffer.from('from the server'));
        },
      });
      const seen = new Deferred<string>();
      const connection = await bench.connect(listener.address);
      watchConnection(connection, (lane) => readBytes(lane, (bytes) => seen.resolve(Buffer.from(bytes).toString())));
      assert.equal(await within(5000, 'the lane of the server', seen.promise), 'from the server');
    });

    it('take an empty write without a word to the peer', async () => {
      const received: string[] = [];
      const done = new Deferred<void>();
      const listener = await bench.listen({
        onConnection: (connection) =>
          watchConnection(connection, (lane) =>
            readBytes(lane, (bytes) => {
              received.push(Buffer.from(bytes).toString());
              done.resolve();
            }),
          ),
      });
      const { connection } = await bench.connectAndWatch(listener.address);
      const lane = connection.openLane();
      assert.equal(lane.write(new Uint8Array(0)), true);
      lane.write(Buffer.from('something'));
      await within(5000, 'the bytes', done.promise);
      assert.deepEqual(received, ['something']);
    });

    it('are refused with RESOURCE_EXHAUSTED above the limit, on both sides', async () => {
      const { client, server } = await bench.connectPair();
      for (const { connection } of [client, server]) {
        const openMany = (): void => {
          for (let i = 0; i < 1000; i++) connection.openLane();
        };
        assert.throws(openMany, rejection('RESOURCE_EXHAUSTED', /no more lanes/));
      }
    });
  });

  it('a reader that stops stops its writer, and nothing is lost when it goes on', async () => {
    const echo = await bench.startRemoteEcho();
    const { connection } = await bench.connectAndWatch(echo.address);
    const lane = connection.openLane();
    const done = new Deferred<void>();
    let isFull = false;
    let echoed = 0;
    let written = 0;
    const write = (): void => {
      while (!isFull && written < BULK_BYTES) {
        isFull = !lane.write(Buffer.alloc(CHUNK_BYTES));
        written += CHUNK_BYTES;
      }
    };
    lane.setHandler({
      onData: (bytes) => {
        echoed += bytes.length;
        if (echoed === BULK_BYTES) done.resolve();
      },
      onDrain: () => {
        isFull = false;
        write();
      },
      onEnd: () => undefined,
    });
    await exchangeOne(connection);
    echo.stop();
    write();
    await new Promise((resolve) => setTimeout(resolve, 700));
    assert.ok(isFull, 'the writer was told to stop');
    assert.ok(written < BULK_BYTES / 2, `the transport took ${written} bytes for a reader that stopped`);
    echo.resume();
    await within(20_000, 'the last byte', done.promise);
  });
}
