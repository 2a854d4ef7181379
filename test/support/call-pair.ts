import { type CallSettings, DEFAULT_CALL_SETTINGS } from '../../src/call/call-settings.ts';
import { ClientCalls } from '../../src/call/client-calls.ts';
import { MethodTable } from '../../src/call/method-table.ts';
import { ServerCalls } from '../../src/call/server-calls.ts';
import { ServerLoad } from '../../src/call/server-load.ts';
import type { RpcError } from '../../src/errors/rpc-error.ts';
import type { CloseInfo } from '../../src/ports/transport.ts';
import { HandlerCall } from '../../src/rpc/handler-call.ts';
import type { MethodRegistration } from '../../src/rpc/service.ts';
import { FrameType } from '../../src/wire/frame.ts';
import { FrameBuffer } from '../../src/wire/frame-buffer.ts';
import { type Hello, writeHello, writeMethod } from '../../src/wire/hello.ts';
import type { AnyMethod } from '../../src/wire/method.ts';
import { FakeWire } from './fake-wire.ts';

export interface CallPairOptions {
  readonly settings?: Partial<CallSettings>;
  readonly clientSettings?: Partial<CallSettings>;
  readonly maxServerCalls?: number;
  readonly handlers?: readonly MethodRegistration[];
  /** No engine at that end: the test writes the bytes itself. */
  readonly isClientRaw?: boolean;
  readonly isServerRaw?: boolean;
}

/** The two call engines of one connection over a {@link FakeWire}, with the real handlers of `rpc/`: everything but sockets, open to inspection. */
export class CallPair {
  readonly wire: FakeWire = new FakeWire();
  readonly client: ClientCalls;
  readonly server: ServerCalls;
  /** Why the connection ended, at each end. */
  clientClosed: (CloseInfo & { readonly error: RpcError }) | undefined;
  serverClosed: (CloseInfo & { readonly error: RpcError }) | undefined;
  readonly logged: string[] = [];
  readonly load: ServerLoad;

  constructor(options: CallPairOptions = {}) {
    const { environment } = this.wire;
    const settings = { ...DEFAULT_CALL_SETTINGS, ...options.settings };
    const log = (message: string, fields?: object): void => void this.logged.push(`${message} ${JSON.stringify(fields ?? {})}`);
    const logger = { debug: log, info: log, warn: log, error: log };
    this.load = new ServerLoad({ maxServerCalls: options.maxServerCalls ?? 1_000_000, retryAfterMs: () => 200 });
    const table = new MethodTable();
    for (const registration of options.handlers ?? [])
      table.set(registration.method, (incoming) => new HandlerCall(incoming, registration, logger));
    if (options.isServerRaw) this.wire.server.setHandler(DEAF_CONNECTION);
    this.server = options.isServerRaw
      ? (undefined as never)
      : new ServerCalls(
          this.wire.server,
          {
            onOpen: () => undefined,
            onClosed: (error, info) => {
              this.serverClosed = { ...info, error };
            },
          },
          { table, load: this.load, settings, environment },
        );
    if (options.isClientRaw) this.wire.client.setHandler(DEAF_CONNECTION);
    this.client = options.isClientRaw
      ? (undefined as never)
      : new ClientCalls(
          this.wire.client,
          {
            onOpen: () => undefined,
            onDraining: () => undefined,
            onClosed: (error, info) => {
              this.clientClosed = { ...info, error };
            },
          },
          { settings: { ...settings, ...options.clientSettings }, environment },
        );
  }

  /** Moves bytes, ticks and promises until nothing moves. */
  async settle(turns = 10): Promise<void> {
    for (let i = 0; i < turns; i++) {
      this.wire.run();
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  /** Gives the server bytes as if a client had sent them on a lane. Nothing happens once the connection has ended. */
  toServer(bytes: Uint8Array, laneIndex = 0): void {
    while (this.wire.client.lanes.length <= laneIndex) this.wire.client.openLane();
    if (!this.wire.server.closed) this.wire.server.lanes[laneIndex]?.inject(bytes);
  }

  /** Gives the client bytes as if its server had sent them. */
  toClient(bytes: Uint8Array, laneIndex = 0): void {
    if (!this.wire.client.closed) this.wire.client.lanes[laneIndex]?.inject(bytes);
  }
}

/** The bytes of one frame. */
export function frameOf(
  [type, flags, callId]: readonly [type: number, flags: number, callId: number],
  payload: Uint8Array = EMPTY,
): Buffer {
  const out = new FrameBuffer();
  const start = out.begin(type, flags, callId);
  out.writer.writeRaw(payload);
  out.finish(start);
  return out.take();
}

/** A HELLO as a peer of this version says it. */
export function helloFrame(changes: Partial<Hello> = {}): Buffer {
  const out = new FrameBuffer();
  addHello(out, changes);
  return out.take();
}

/** Adds a {@link helloFrame} to what is written. */
export function addHello(out: FrameBuffer, changes: Partial<Hello> = {}): void {
  const start = out.begin(FrameType.HELLO, 0, 0);
  writeHello(
    {
      minVersion: 1,
      maxVersion: 1,
      features: 0,
      maxMessageBytes: 4_194_304,
      maxCalls: 1_000,
      maxLanes: 8,
      callCreditBytes: 262_144,
      connectionCreditBytes: 4_194_304,
      methods: [],
      ...changes,
    },
    out.writer,
  );
  out.finish(start);
}

/** A REQUEST that names its method, as a foreign client would write it; `flags` besides NAMED. */
export function requestFrame(
  method: AnyMethod,
  [callId, flags]: readonly [callId: number, flags: number],
  payload: Uint8Array = EMPTY,
): Buffer {
  const out = new FrameBuffer();
  const start = out.begin(FrameType.REQUEST, flags | NAMED, callId);
  writeMethod(method, out.writer);
  out.writer.writeRaw(payload);
  out.finish(start);
  return out.take();
}

/** CREDIT for a call, or with id 0 for the connection. */
export function creditFrame(callId: number, bytes: number): Buffer {
  const out = new FrameBuffer();
  const start = out.begin(FrameType.CREDIT, 0, callId);
  out.writer.writeVarint(bytes);
  out.finish(start);
  return out.take();
}

const NAMED = 8;
const EMPTY = Buffer.alloc(0);
const DEAF = { onData: () => undefined, onDrain: () => undefined, onEnd: () => undefined };
const DEAF_CONNECTION = { onLane: (lane: { setHandler(handler: typeof DEAF): void }) => lane.setHandler(DEAF), onClose: () => undefined };
