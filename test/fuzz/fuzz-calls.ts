import type { CallSettings } from '../../src/call/call-settings.ts';
import { ClientCall } from '../../src/call/client-call.ts';
import type { RpcError } from '../../src/errors/rpc-error.ts';
import type { MethodRegistration } from '../../src/rpc/service.ts';
import { type Metadata, NO_METADATA } from '../../src/wire/metadata.ts';
import type { AnyMethod } from '../../src/wire/method.ts';
import { rawMethod } from '../../src/wire/raw-method.ts';
import { computeMethods } from '../golden/codegen/generated/compute/codec.ts';
import type { CallPair } from '../support/call-pair.ts';
import { countBytes, sendBack } from '../support/stream-handlers.ts';

/** Small limits, so that mutated frames reach them. */
export const FUZZ_SETTINGS: Partial<CallSettings> = {
  maxMessageBytes: 200_000,
  callCreditBytes: 65_536,
  connectionCreditBytes: 131_072,
  maxCalls: 40,
  maxLanes: 4,
};

const echo = rawMethod('Fuzz.echo');
const later = rawMethod('Fuzz.later');
const never = rawMethod('Fuzz.never');
const feed = rawMethod('Fuzz.feed', 'serverStreaming');
const collect = rawMethod('Fuzz.collect', 'clientStreaming');
const chat = rawMethod('Fuzz.chat', 'bidirectional');

/** Methods of every kind; some answer at once, some later, some never. */
export const FUZZ_METHODS: readonly AnyMethod[] = [echo, later, never, feed, collect, chat, computeMethods.processTask] as AnyMethod[];

export const FUZZ_HANDLERS: readonly MethodRegistration[] = [
  { kind: 'unary', method: echo, handle: (bytes: Uint8Array) => bytes },
  { kind: 'unary', method: later, handle: async (bytes: Uint8Array) => bytes },
  { kind: 'unary', method: never, handle: () => new Promise<never>(() => undefined) },
  {
    kind: 'serverStreaming',
    method: feed,
    async *handle(bytes: Uint8Array) {
      for (let i = 0; i < 40; i++) yield Buffer.alloc((bytes[0] ?? 0) * 40, i);
    },
  },
  { kind: 'clientStreaming', method: collect, handle: countBytes },
  { kind: 'bidirectional', method: chat, handle: sendBack },
  {
    kind: 'unary',
    method: computeMethods.processTask as AnyMethod,
    handle: (request: { taskId: string; data: Uint8Array }) => ({ taskId: request.taskId, result: request.data, workerLabel: 'w' }),
  },
];

/** A call whose caller reads what comes: at once, in parts, or not at all. */
export class FuzzCall extends ClientCall {
  isDone = false;
  /** Items read so far. */
  itemsRead = 0;
  /** Why it failed, if it did. */
  error: RpcError | undefined;
  readonly #reads: 'all' | 'some' | 'nothing';

  constructor(method: AnyMethod, reads: 'all' | 'some' | 'nothing') {
    super(method);
    this.#reads = reads;
  }

  override onResponse(bytes: Buffer, start: number, end: number): void {
    if (start > end || end > bytes.length) throw new Error(`A response from ${start} to ${end} in ${bytes.length} bytes`);
    this.isDone = true;
  }

  override onEnded(error: RpcError | undefined): void {
    this.isDone = true;
    this.error = error;
    this.inbound?.finish(error);
    if (error !== undefined) this.inbound?.discard();
  }

  /** What an application does when it gets a turn. */
  read(): void {
    if (this.#reads === 'nothing') return;
    for (let i = 0; i < (this.#reads === 'some' ? 1 : 1_000); i++) {
      if (!this.inbound?.take()) return;
      this.itemsRead++;
      const { bytes, start, end } = this.inbound.queue;
      if (start > end || end > bytes.length) throw new Error('A message outside of its bytes');
    }
  }
}

/** The request of a method, of about that size. */
export function requestOf(method: AnyMethod, size: number): unknown {
  return method === (computeMethods.processTask as AnyMethod)
    ? { taskId: 'task', data: Buffer.alloc(size, 1) }
    : Buffer.alloc(size, size & 0xff);
}

/** Starts a call, and sends what it streams. */
export function startCall(
  pair: CallPair,
  call: FuzzCall,
  options: { readonly size: number; readonly items: number; readonly timeoutMs: number; readonly metadata?: Metadata },
): void {
  const { metadata = NO_METADATA, timeoutMs } = options;
  pair.client.start(call, { request: requestOf(call.method, options.size), metadata, timeoutMs });
  if (call.method.kind !== 'clientStreaming' && call.method.kind !== 'bidirectional') return;
  for (let i = 0; i < options.items; i++) call.sendMessage(requestOf(call.method, options.size));
  call.endMessages();
}
