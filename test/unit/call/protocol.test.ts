import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DEFAULT_CALL_SETTINGS } from '../../../src/call/call-settings.ts';
import { ClientCall } from '../../../src/call/client-call.ts';
import { ClientCalls } from '../../../src/call/client-calls.ts';
import { MethodTable } from '../../../src/call/method-table.ts';
import { type IncomingCall, ServerCall } from '../../../src/call/server-call.ts';
import { ServerCalls } from '../../../src/call/server-calls.ts';
import { ServerLoad } from '../../../src/call/server-load.ts';
import type { RpcError } from '../../../src/errors/rpc-error.ts';
import { FrameFlag, FrameType } from '../../../src/wire/frame.ts';
import { FrameBuffer } from '../../../src/wire/frame-buffer.ts';
import { type Hello, writeMethod } from '../../../src/wire/hello.ts';
import { NO_METADATA } from '../../../src/wire/metadata.ts';
import type { AnyMethod } from '../../../src/wire/method.ts';
import { rawMethod } from '../../../src/wire/raw-method.ts';
import { addHello } from '../../support/call-pair.ts';
import { FakeWire } from '../../support/fake-wire.ts';

const echo = rawMethod('T.echo');
const chat = rawMethod('T.chat', 'bidirectional');

describe('the handshake', () => {
  it('opens both sides with one HELLO each way', () => {
    const { wire, client, server } = connect();
    assert.equal(client.isUsable, false);
    wire.run();
    assert.ok(client.isUsable && server.core.isOpen);
  });

  it('fails a client whose server says nothing within the time', () => {
    const { wire, closed } = connect({ isServerMute: true });
    wire.pass(5_100);
    assert.match(closed[0]?.message ?? '', /no HELLO within 5000 ms/);
  });

  it('is refused by name when the versions differ', () => {
    const { wire, serverClosed } = connect({ isClientMute: true });
    inject(wire, (out) => hello(out, { minVersion: 7, maxVersion: 9 }));
    wire.run();
    assert.equal(serverClosed[0]?.code, 'FAILED_PRECONDITION');
    assert.match(serverClosed[0]?.message ?? '', /1 to 1 here, 7 to 9 there/);
  });

  it('carries thousands of methods in several frames', () => {
    const table = new MethodTable();
    for (let i = 0; i < 3_000; i++) table.set(rawMethod(`Service.method${i}`), open);
    const { wire, client } = connect({ table });
    wire.run();
    const call = new TestCall(rawMethod('Service.method2999'));
    client.start(call, { request: Buffer.from('x'), metadata: NO_METADATA, timeoutMs: 0 });
    wire.run();
    assert.equal(String(call.response), 'x');
  });
});

describe('a peer that breaks the protocol', () => {
  const cases: readonly [string, (out: FrameBuffer) => void, RegExp][] = [
    ['sends another HELLO', (out) => hello(out, {}), /second HELLO/],
    ['uses a call id twice', (out) => [1, 1].map((id) => request(out, id, ['T.chat', FrameFlag.NAMED])), /begun twice/],
    ['uses call id 0', (out) => request(out, 0, ['T.echo', FrameFlag.NAMED | FrameFlag.DATA]), /begun twice/],
    ['sends what only servers send', (out) => empty(out, FrameType.RESPONSE, 1), /frame type 5/],
    ['sends more than its credit', (out) => overdraw(out), /credit/],
    ['sends a REQUEST without a head', (out) => empty(out, FrameType.REQUEST, 1), /REQUEST: .*too soon/],
    ['sends a metadata block that lies', (out) => request(out, 1, ['T.echo', FrameFlag.NAMED | FrameFlag.METADATA]), /REQUEST/],
  ];
  for (const [what, write, reason] of cases) {
    it(`and ${what} loses its connection with the reason`, () => {
      const { wire, serverClosed } = connect({ isClientMute: true });
      inject(wire, (out) => hello(out, {}));
      wire.run();
      inject(wire, write);
      wire.run();
      assert.equal(serverClosed.length, 1);
      assert.match(serverClosed[0]?.message ?? '', reason);
      assert.match(wire.client.closed?.reason ?? '', reason);
    });
  }

  it('and sends calls before HELLO loses its connection', () => {
    const { wire, serverClosed } = connect({ isClientMute: true });
    inject(wire, (out) => request(out, 1, ['T.echo', FrameFlag.NAMED | FrameFlag.DATA]));
    wire.run();
    assert.match(serverClosed[0]?.message ?? '', /REQUEST came before HELLO/);
  });

  it('and ends a lane loses its connection', () => {
    const { wire, serverClosed } = connect();
    wire.run();
    wire.server.lanes[0]?.end('FIN');
    assert.match(serverClosed[0]?.message ?? '', /ended lane 0: FIN/);
  });

  it('and opens lanes without end is cut off', () => {
    const { wire, serverClosed } = connect();
    wire.run();
    for (let i = 0; i < 20; i++) wire.client.openLane().write(Buffer.alloc(1));
    wire.run();
    assert.match(serverClosed[0]?.message ?? '', /more than 8 lanes/);
  });
});

describe('a peer that tries to fill the memory', () => {
  it('with empty fragments without end fails its call', () => {
    const { wire, server } = connect({ isClientMute: true });
    inject(wire, (out) => hello(out, {}));
    inject(wire, (out) => request(out, 1, ['T.echo', FrameFlag.NAMED | FrameFlag.DATA | FrameFlag.MORE]));
    wire.run();
    assert.equal(server.inFlight, 1);
    for (let i = 0; i < 20_000 && server.inFlight > 0 && !wire.server.closed; i++) {
      inject(wire, (out) => {
        const start = out.begin(FrameType.MESSAGE, FrameFlag.MORE, 1);
        out.finish(start);
      });
      wire.run();
    }
    assert.equal(server.inFlight, 0);
  });

  it('with fragments of a HELLO that never ends is cut off', () => {
    const { wire, serverClosed } = connect({ isClientMute: true });
    for (let i = 0; i < 10_000 && !wire.server.closed; i++) {
      inject(wire, (out) => {
        const start = out.begin(FrameType.HELLO, FrameFlag.MORE, 0);
        out.finish(start);
      });
    }
    wire.run();
    assert.match(serverClosed[0]?.message ?? '', /HELLO of more than/);
  });

  it('by asking and never reading the answers is cut off', () => {
    const { wire, client, serverClosed } = connect({ isClientPatient: true });
    wire.run();
    wire.laneRoom = 100_000;
    wire.server.deliver = () => false;
    const answer = Buffer.alloc(16_000);
    for (let i = 0; i < 3_000 && !wire.server.closed; i++) {
      wire.clock.advance(10);
      const call = new TestCall(echo);
      client.start(call, { request: answer, metadata: NO_METADATA, timeoutMs: 0 });
      wire.endTick();
      wire.client.deliver();
      wire.endTick();
    }
    assert.match(serverClosed[0]?.message ?? '', /bytes wait to be read/);
  });

  it('only seemingly, by asking for a great deal at once and reading all of it, is served', () => {
    const { wire, client } = connect();
    wire.run();
    wire.laneRoom = 100_000;
    const calls = Array.from({ length: 4_000 }, () => {
      const call = new TestCall(echo);
      client.start(call, { request: Buffer.alloc(16_000), metadata: NO_METADATA, timeoutMs: 0 });
      wire.endTick();
      return call;
    });
    wire.run();
    assert.ok(calls.every((call) => call.response?.length === 16_000));
    assert.equal(wire.server.closed, undefined);
  });

  it('with many large messages at once gets credit for the oldest only, and all of them arrive', () => {
    const { wire, client, server } = connect();
    wire.run();
    const requests = Array.from({ length: 30 }, (_, i) => Buffer.alloc(2_000_000, i));
    let most = 0;
    wire.split = (bytes) => {
      most = Math.max(most, server.core.unfinished.bytes);
      return [bytes];
    };
    const calls = requests.map((bytes) => {
      const call = new TestCall(echo);
      client.start(call, { request: bytes, metadata: NO_METADATA, timeoutMs: 0 });
      return call;
    });
    wire.run();
    for (const [i, call] of calls.entries()) assert.ok(call.response?.equals(requests[i] as Buffer), `${i}`);
    // Of 60 MB: the budget of 16 MiB, and the credit that each had before it was used up.
    assert.ok(most > 10_000_000 && most < 35_000_000, `${most}`);
    assert.equal(server.core.unfinished.bytes, 0);
  });
});

describe('messages that nobody reads yet', () => {
  it('do not keep the chunks in memory that they came in', () => {
    const { wire, client, server } = connect();
    wire.run();
    const call = new TestCall(chat);
    client.start(call, { metadata: NO_METADATA, timeoutMs: 0 });
    wire.run();
    const chunk = Buffer.alloc(60_000);
    const out = new FrameBuffer();
    for (let i = 0; i < 3; i++) {
      const start = out.begin(FrameType.MESSAGE, 0, call.id);
      out.writer.writeRaw(Buffer.from([i]));
      out.finish(start);
    }
    const frames = out.take();
    frames.copy(chunk);
    wire.client.lanes[0]?.inject(chunk.subarray(0, frames.length));
    wire.run();
    const kept = Array.from({ length: 3 }, () => {
      const { inbound } = call;
      assert.ok(inbound);
      assert.ok(inbound.take());
      const { bytes, start } = inbound.queue;
      return [bytes[start], bytes.buffer.byteLength];
    });
    assert.deepEqual(kept, [
      [0, 3],
      [1, 3],
      [2, 3],
    ]);
    assert.equal(server.inFlight, 1);
  });
});

describe('a frame of an unknown type', () => {
  it('is skipped', () => {
    const { wire, client } = connect();
    wire.run();
    inject(wire, (out) => empty(out, 200, 7));
    const call = new TestCall(echo);
    client.start(call, { request: Buffer.from('on'), metadata: NO_METADATA, timeoutMs: 0 });
    wire.run();
    assert.equal(String(call.response), 'on');
  });
});

describe('any bytes at all', () => {
  const junk = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .tuple(
          fc.integer({ min: 0, max: 12 }),
          fc.integer({ min: 0, max: 255 }),
          fc.integer({ min: 0, max: 4 }),
          fc.uint8Array({ maxLength: 60 }),
        )
        .map(([type, flags, id, payload]) => {
          const out = new FrameBuffer();
          const start = out.begin(type, flags, id);
          out.writer.writeRaw(payload);
          out.finish(start);
          return new Uint8Array(out.take());
        }),
    ),
    { maxLength: 30 },
  );

  it('never make a server throw, before or after HELLO', () => {
    fc.assert(
      fc.property(fc.boolean(), junk, (isOpen, chunks) => {
        const { wire, server } = connect({ isClientMute: true });
        if (isOpen) inject(wire, (out) => hello(out, {}));
        for (const chunk of chunks) if (!wire.server.closed) inject(wire, () => undefined, Buffer.from(chunk));
        wire.run();
        wire.pass(50);
        if (wire.server.closed) assert.equal(server.inFlight, 0);
      }),
      { numRuns: 400 },
    );
  });

  it('never make a client throw', () => {
    fc.assert(
      fc.property(junk, (chunks) => {
        const { wire, client } = connect();
        wire.run();
        const calls = [echo, chat].map((method) => new TestCall(method));
        for (const call of calls) client.start(call, { request: Buffer.from('q'), metadata: NO_METADATA, timeoutMs: 0 });
        for (const chunk of chunks) if (!wire.client.closed) wire.client.lanes[0]?.inject(Buffer.from(chunk));
        wire.run();
        if (wire.client.closed) assert.equal(client.inFlight, 0);
      }),
      { numRuns: 400 },
    );
  });

  it('split anywhere, the bytes of real calls give the same answers', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 3_000 }),
        (sizes, cut) => {
          const { wire, client } = connect();
          wire.split = (bytes) => Array.from({ length: Math.ceil(bytes.length / cut) }, (_, i) => bytes.subarray(i * cut, (i + 1) * cut));
          wire.run();
          const calls = sizes.map((size) => {
            const call = new TestCall(echo);
            client.start(call, { request: Buffer.alloc(size, size % 251), metadata: NO_METADATA, timeoutMs: 0 });
            return call;
          });
          wire.run();
          for (const [i, call] of calls.entries())
            assert.ok(call.response?.equals(Buffer.alloc(sizes[i] as number, (sizes[i] as number) % 251)));
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a storm of cancelled calls', () => {
  it('leaves every counter at zero and the connection in use', () => {
    const { wire, client, server } = connect();
    wire.run();
    for (let i = 0; i < 10_000; i++) {
      const call = new TestCall(i % 2 === 0 ? echo : chat);
      client.start(call, { request: Buffer.from('x'), metadata: NO_METADATA, timeoutMs: i % 3 === 0 ? 5 : 0 });
      if (i % 5 === 0) wire.endTick();
      if (i % 7 === 0) wire.run();
      if (i % 3 !== 0) client.cancel(call, CANCELLED);
      if (i % 11 === 0) wire.pass(10);
    }
    wire.pass(100);
    assert.deepEqual([client.inFlight, server.inFlight], [0, 0]);
    assert.deepEqual(
      client.core.lanes.map((lane) => lane.load),
      client.core.lanes.map(() => 0),
    );
    const call = new TestCall(echo);
    client.start(call, { request: Buffer.from('alive'), metadata: NO_METADATA, timeoutMs: 0 });
    wire.run();
    assert.equal(String(call.response), 'alive');
  });
});

describe('lanes', () => {
  it('are opened as streaming calls come, up to the limit, and unary calls take the least loaded', () => {
    const { wire, client } = connect();
    wire.run();
    const calls = Array.from({ length: 20 }, () => new TestCall(chat));
    for (const call of calls) client.start(call, { metadata: NO_METADATA, timeoutMs: 0 });
    assert.equal(client.core.lanes.length, 8);
    assert.deepEqual(
      client.core.lanes.map((lane) => lane.load),
      [3, 3, 3, 3, 2, 2, 2, 2],
    );
    const unary = new TestCall(echo);
    client.start(unary, { request: Buffer.from('u'), metadata: NO_METADATA, timeoutMs: 0 });
    assert.equal(unary.lane?.load, 2);
    wire.run();
    assert.equal(String(unary.response), 'u');
  });
});

const CANCELLED = { code: 'CANCELLED', message: 'enough' } as RpcError;

class TestCall extends ClientCall {
  response: Buffer | undefined;
  ended: RpcError | undefined | 'well';

  override onResponse(bytes: Buffer, start: number, end: number): void {
    this.response = Buffer.from(bytes.subarray(start, end));
  }

  override onEnded(error: RpcError | undefined): void {
    this.ended = error ?? 'well';
    this.inbound?.finish(error);
    this.inbound?.discard();
  }
}

class EchoCall extends ServerCall {
  override onRequest(bytes: Buffer, start: number, end: number): void {
    this.respond(bytes.subarray(start, end));
  }

  override onStarted(): void {}

  override onCancelled(): void {}

  override onUnsendable(thrown: unknown): void {
    throw thrown;
  }
}

function open(incoming: IncomingCall): ServerCall {
  return new EchoCall(incoming);
}

interface ConnectOptions {
  readonly isServerMute?: boolean;
  readonly isClientMute?: boolean;
  readonly table?: MethodTable;
  /** The client never gives the server up. */
  readonly isClientPatient?: boolean;
}

function connect(options: ConnectOptions = {}): {
  wire: FakeWire;
  client: ClientCalls;
  server: ServerCalls;
  closed: RpcError[];
  serverClosed: RpcError[];
} {
  const wire = new FakeWire();
  const table = options.table ?? new MethodTable();
  for (const method of [echo, chat] as AnyMethod[]) table.set(method, open);
  const closed: RpcError[] = [];
  const serverClosed: RpcError[] = [];
  const shared = { settings: DEFAULT_CALL_SETTINGS, environment: wire.environment };
  const patience = options.isClientPatient ? { livenessTimeoutMs: 1_000_000 } : {};
  let server: ServerCalls | undefined;
  if (options.isServerMute) wire.server.setHandler({ onLane: (lane) => lane.setHandler(DEAF), onClose: () => undefined });
  else
    server = new ServerCalls(
      wire.server,
      { onOpen: () => undefined, onClosed: (error) => serverClosed.push(error) },
      { table, load: new ServerLoad({ maxServerCalls: 1_000_000, retryAfterMs: () => 0 }), ...shared },
    );
  let client: ClientCalls | undefined;
  if (options.isClientMute) wire.client.setHandler({ onLane: () => undefined, onClose: () => undefined });
  else
    client = new ClientCalls(
      wire.client,
      { onOpen: () => undefined, onDraining: () => undefined, onClosed: (error) => closed.push(error) },
      { ...shared, settings: { ...DEFAULT_CALL_SETTINGS, ...patience } },
    );
  return { wire, client: client as ClientCalls, server: server as ServerCalls, closed, serverClosed };
}

const DEAF = { onData: () => undefined, onDrain: () => undefined, onEnd: () => undefined };

/** Gives the server bytes as if the client had sent them on the first lane. */
function inject(wire: FakeWire, write: (out: FrameBuffer) => void, raw?: Buffer): void {
  if (wire.client.lanes.length === 0) wire.client.openLane();
  const out = new FrameBuffer();
  write(out);
  const lane = wire.server.lanes[0];
  lane?.inject(raw ?? out.take());
}

function hello(out: FrameBuffer, changes: Partial<Hello>): void {
  addHello(out, { maxMessageBytes: 1_000_000, maxCalls: 0, ...changes });
}

function request(out: FrameBuffer, id: number, [method, flags]: readonly [string, number]): void {
  const start = out.begin(FrameType.REQUEST, flags, id);
  writeMethod(rawMethod(method, method === 'T.chat' ? 'bidirectional' : 'unary'), out.writer);
  if ((flags & FrameFlag.METADATA) !== 0) out.writer.writeVarint(1_000_000);
  out.finish(start);
}

function empty(out: FrameBuffer, type: number, id: number): void {
  out.finish(out.begin(type, 0, id));
}

function overdraw(out: FrameBuffer): void {
  request(out, 1, ['T.chat', FrameFlag.NAMED]);
  for (let i = 0; i < 17; i++) {
    const start = out.begin(FrameType.MESSAGE, 0, 1);
    out.writer.writeRaw(new Uint8Array(16_384));
    out.finish(start);
  }
}
