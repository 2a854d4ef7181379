import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import { describe, it } from 'node:test';
import type { LaneHandler } from '../../../../src/ports/transport.ts';
import { QuicLane } from '../../../../src/transports/quic/quic-lane.ts';

/** A stream that takes a write when the test lets it, and notes writes made inside its own `data` event: those the engine may lose. */
class FakeStream extends Duplex {
  readonly written: string[] = [];
  readonly writtenInsideData: string[] = [];
  isBlocked = false;
  #insideData = false;
  #unblock: (() => void) | undefined;

  constructor() {
    super({ highWaterMark: 8 });
  }

  override write(chunk: unknown): boolean {
    if (this.#insideData) this.writtenInsideData.push(String(chunk));
    return super.write(chunk);
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.written.push(chunk.toString());
    if (this.isBlocked) this.#unblock = done;
    else done();
  }

  override _read(): void {
    // Bytes come by receive().
  }

  receive(text: string): void {
    this.#insideData = true;
    this.emit('data', Buffer.from(text));
    this.#insideData = false;
  }

  unblock(): void {
    this.isBlocked = false;
    this.#unblock?.();
  }
}

interface Watched {
  readonly stream: FakeStream;
  readonly lane: QuicLane;
  readonly heard: string[];
}

function watchedLane(onData: (lane: QuicLane, text: string) => void = () => undefined): Watched {
  const stream = new FakeStream();
  const lane = new QuicLane(stream);
  const heard: string[] = [];
  const handler: LaneHandler = {
    onData: (bytes) => {
      heard.push(Buffer.from(bytes).toString());
      onData(lane, Buffer.from(bytes).toString());
    },
    onDrain: () => void heard.push('(room)'),
    onEnd: (reason) => void heard.push(`(end: ${reason})`),
  };
  lane.setHandler(handler);
  return { stream, lane, heard };
}

/** Everything that waits for the end of the tick has run, also what it set up again. */
const endOfTick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('QUIC lane', () => {
  it('never writes to its stream inside the data event, and writes at the end of the tick', async () => {
    const { stream } = watchedLane((lane, text) => lane.write(Buffer.from(text.toUpperCase())));
    stream.receive('a');
    stream.receive('b');
    assert.deepEqual(stream.written, []);
    await endOfTick();
    assert.deepEqual(stream.writtenInsideData, []);
    assert.equal(stream.written.join(''), 'AB');
  });

  it('keeps the order when a write follows outside the data event', async () => {
    const { stream, lane } = watchedLane((own) => own.write(Buffer.from('1')));
    lane.write(Buffer.from('0'));
    stream.receive('x');
    lane.write(Buffer.from('2'));
    await endOfTick();
    assert.equal(stream.written.join(''), '012');
  });

  it('joins small deferred writes and leaves large ones alone', async () => {
    const large = Buffer.alloc(100_000, 'L');
    const { stream } = watchedLane((lane) => {
      for (const chunk of [Buffer.from('a'), Buffer.from('b'), large, Buffer.from('c')]) lane.write(chunk);
    });
    stream.receive('x');
    await endOfTick();
    assert.deepEqual(
      stream.written.map((text) => text.length),
      [2, 100_000, 1],
    );
  });

  it('writes even though the handler throws', async () => {
    const { stream } = watchedLane((lane) => {
      lane.write(Buffer.from('a'));
      throw new Error('a mistake of the handler');
    });
    assert.throws(() => stream.receive('x'), /a mistake/);
    await endOfTick();
    assert.deepEqual(stream.written, ['a']);
  });

  it('tells of room after a deferred write that found none', async () => {
    const answers: boolean[] = [];
    const { stream, heard } = watchedLane((lane) => {
      answers.push(lane.write(Buffer.from('1234')), lane.write(Buffer.from('5678')));
    });
    stream.isBlocked = true;
    stream.receive('x');
    assert.deepEqual(answers, [true, false]);
    await endOfTick();
    assert.deepEqual(heard, ['x'], 'the stream is full');
    stream.unblock();
    await endOfTick();
    assert.deepEqual(heard, ['x', '(room)']);
  });

  it('tells of room once when the deferred writes do not fill the stream after all', async () => {
    const { stream, lane, heard } = watchedLane((own) => own.write(Buffer.from('56')));
    stream.isBlocked = true;
    lane.write(Buffer.from('123456'));
    stream.receive('x');
    stream.unblock();
    await endOfTick();
    await endOfTick();
    assert.deepEqual(heard, ['x', '(room)']);
  });

  it('takes an empty write without passing it on', () => {
    const { stream, lane } = watchedLane();
    assert.equal(lane.write(new Uint8Array(0)), true);
    assert.deepEqual(stream.written, []);
  });

  const ends = [
    {
      title: 'a reset',
      end: (stream: FakeStream) => stream.destroy(new Error('StreamReset(42)')),
      reason: 'the peer reset the lane with code 42',
    },
    {
      title: 'a reset in other words',
      end: (stream: FakeStream) => stream.destroy(new Error('stream reset: 7')),
      reason: 'the peer reset the lane with code 7',
    },
    {
      title: 'another failure',
      end: (stream: FakeStream) => stream.destroy(new Error('out of memory')),
      reason: 'the lane failed: out of memory',
    },
    { title: 'the end of the stream', end: (stream: FakeStream) => stream.push(null), reason: 'the peer ended the lane' },
  ];
  for (const { title, end, reason } of ends) {
    it(`ends once, with the reason, after ${title}`, async () => {
      const { stream, lane, heard } = watchedLane();
      end(stream);
      await endOfTick();
      stream.emit('error', new Error('again'));
      assert.deepEqual(heard, [`(end: ${reason})`]);
      assert.equal(lane.write(Buffer.from('too late')), false);
      assert.deepEqual(stream.written, []);
    });
  }

  it('tells a handler that comes later that it has ended', async () => {
    const stream = new FakeStream();
    const lane = new QuicLane(stream);
    stream.destroy(new Error('stream reset: 9'));
    await endOfTick();
    const heard: string[] = [];
    lane.setHandler({ onData: () => undefined, onDrain: () => undefined, onEnd: (reason) => void heard.push(reason) });
    assert.deepEqual(heard, [], 'not from inside setHandler');
    await endOfTick();
    assert.deepEqual(heard, ['the peer reset the lane with code 9']);
  });

  it('is silent after its connection closed: nothing is sent, nothing is heard', async () => {
    const { stream, lane, heard } = watchedLane((own) => own.write(Buffer.from('never sent')));
    stream.receive('x');
    lane.markClosed();
    stream.receive('y');
    stream.emit('drain');
    stream.destroy(new Error('session closed'));
    await endOfTick();
    assert.deepEqual(heard, ['x']);
    assert.deepEqual(stream.written, []);
  });

  it('has a listener for errors before it has a handler', () => {
    const stream = new FakeStream();
    new QuicLane(stream);
    assert.doesNotThrow(() => stream.emit('error', new Error('session closed')));
  });
});
