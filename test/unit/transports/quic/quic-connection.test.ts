import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { Duplex } from 'node:stream';
import { describe, it } from 'node:test';
import { RpcError } from '../../../../src/errors/rpc-error.ts';
import { QuicConnection } from '../../../../src/transports/quic/quic-connection.ts';
import type { EngineStream } from '../../../../src/transports/quic/quic-engine.ts';
import { APPLICATION_CODE_BASE } from '../../../../src/transports/quic/quic-error.ts';

/** A session that does what the test says and notes how it was closed. */
class FakeSession extends EventEmitter {
  readonly closes: string[] = [];
  openError: Error | undefined;
  closeAnswer: unknown;

  openStream(): EngineStream {
    if (this.openError !== undefined) throw this.openError;
    return fakeStream();
  }

  close(code: number, reason: string): unknown {
    this.closes.push(`${code} ${reason}`);
    return this.closeAnswer;
  }
}

function fakeStream(): Duplex {
  return new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
}

interface Setup {
  readonly session: FakeSession;
  readonly connection: QuicConnection;
  readonly heard: string[];
  listen(): void;
}

function setUp(): Setup {
  const session = new FakeSession();
  const heard: string[] = [];
  const connection = new QuicConnection({ session, peer: { address: 'peer:1' }, onEnded: () => void heard.push('ended') });
  const listen = (): void =>
    connection.setHandler({
      onLane: () => void heard.push('lane'),
      onClose: ({ code, reason, by }) => void heard.push(`${by} ${code} ${reason}`),
    });
  return { session, connection, heard, listen };
}

const endOfTick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('QUIC connection', () => {
  it('closes the session with its code above those of QUIC, once, and hears of it later', async () => {
    const { session, connection, heard, listen } = setUp();
    listen();
    connection.close(5, 'done');
    connection.close(6, 'again');
    assert.deepEqual(session.closes, [`${APPLICATION_CODE_BASE + 5} done`]);
    assert.deepEqual(heard, ['ended'], 'not from inside close');
    session.emit('close', { errorCode: 0, reason: 'late news of the engine' });
    await endOfTick();
    assert.deepEqual(heard, ['ended', 'local 5 done']);
    assert.equal(connection.isClosed, true);
  });

  it('lives through an engine that fails to close', async () => {
    const { session, connection, heard, listen } = setUp();
    listen();
    session.closeAnswer = Promise.reject(new Error('the worker is gone'));
    connection.close(0, 'done');
    await endOfTick();
    assert.deepEqual(heard, ['ended', 'local 0 done']);
  });

  it('ends when the engine reports an error, and gives its session back', async () => {
    const { session, heard, listen } = setUp();
    listen();
    session.emit('error', new Error('the socket is gone'));
    session.emit('error', new Error('and again'));
    session.emit('close', { errorCode: 0, reason: '' });
    await endOfTick();
    assert.deepEqual(heard, ['ended', 'network 0 the QUIC engine failed: the socket is gone']);
    assert.equal(session.closes.length, 1);
  });

  it('keeps lanes and the end for a handler that comes later, in their order', async () => {
    const { session, heard, listen } = setUp();
    session.emit('stream', fakeStream());
    session.emit('stream', fakeStream());
    listen();
    session.emit('stream', fakeStream());
    assert.deepEqual(heard, []);
    await endOfTick();
    assert.deepEqual(heard, ['lane', 'lane', 'lane']);
  });

  it('reports an end that came before the handler', async () => {
    const { session, heard, listen } = setUp();
    session.emit('close', { errorCode: APPLICATION_CODE_BASE + 9, reason: 'too early' });
    listen();
    await endOfTick();
    assert.deepEqual(heard, ['ended', 'remote 9 too early']);
  });

  it('reports no lane after the end', async () => {
    const { session, connection, heard, listen } = setUp();
    listen();
    connection.close(0, 'done');
    session.emit('stream', fakeStream());
    await endOfTick();
    assert.deepEqual(heard, ['ended', 'local 0 done']);
  });

  it('opens 256 lanes and no more, where the engine would go on', () => {
    const { connection } = setUp();
    for (let i = 0; i < 256; i++) connection.openLane();
    assert.throws(() => connection.openLane(), codeIs('RESOURCE_EXHAUSTED'));
  });

  it('translates what the engine throws when a stream is opened', () => {
    const { session, connection } = setUp();
    session.openError = new Error('StreamLimit');
    assert.throws(() => connection.openLane(), codeIs('RESOURCE_EXHAUSTED'));
    session.openError = new Error('QUIC session closed');
    assert.throws(() => connection.openLane(), codeIs('UNAVAILABLE'));
  });

  it('silences its lanes when it closes, whatever their streams report then', async () => {
    const { session, connection, heard, listen } = setUp();
    listen();
    const stream = fakeStream();
    const lane = connection.openLane();
    lane.setHandler({
      onData: () => void heard.push('data'),
      onDrain: () => void heard.push('drain'),
      onEnd: () => void heard.push('end'),
    });
    session.emit('stream', stream);
    connection.close(0, 'done');
    // The engine destroys every stream of a session that closes.
    stream.destroy(new Error('session closed'));
    await endOfTick();
    assert.equal(lane.write(Buffer.from('x')), false);
    assert.deepEqual(heard, ['lane', 'ended', 'local 0 done']);
  });
});

function codeIs(code: string): (error: unknown) => boolean {
  return (error) => error instanceof RpcError && error.code === code;
}
