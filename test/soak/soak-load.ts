import { createHash } from 'node:crypto';
import { RpcError } from '../../src/errors/rpc-error.ts';
import type { Caller } from '../../src/rpc/caller.ts';
import type { MethodRegistration } from '../../src/rpc/service.ts';
import { rawMethod } from '../../src/wire/raw-method.ts';
import type { Dice } from '../fuzz/dice.ts';

const echo = rawMethod('Soak.echo');
const digest = rawMethod('Soak.digest');
const wait = rawMethod('Soak.wait');
const count = rawMethod('Soak.count', 'serverStreaming');
const total = rawMethod('Soak.total', 'clientStreaming');
const relay = rawMethod('Soak.relay', 'bidirectional');

/** Handlers of all four kinds whose answers a client can check. */
export const SOAK_HANDLERS: readonly MethodRegistration[] = [
  { kind: 'unary', method: echo, handle: (bytes: Uint8Array) => bytes },
  { kind: 'unary', method: digest, handle: async (bytes: Uint8Array) => sha256([bytes]) },
  {
    kind: 'unary',
    method: wait,
    handle: (_: Uint8Array, context) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => resolve(Buffer.from('waited')), 2_000);
        context.signal.addEventListener('abort', () => {
          clearTimeout(timer);
          reject(context.signal.reason);
        });
      }),
  },
  {
    kind: 'serverStreaming',
    method: count,
    async *handle(request: Uint8Array) {
      const asked = Buffer.from(request);
      for (let i = 0; i < asked.readUInt32LE(0); i++) yield numbered(i, asked.readUInt32LE(4));
    },
  },
  {
    kind: 'clientStreaming',
    method: total,
    async handle(requests: AsyncIterable<Uint8Array>) {
      const hash = createHash('sha256');
      for await (const item of requests) hash.update(item);
      return hash.digest();
    },
  },
  {
    kind: 'bidirectional',
    method: relay,
    async *handle(requests: AsyncIterable<Uint8Array>) {
      yield* requests;
    },
  },
];

/** An answer that is not what it must be. */
export class WrongAnswer extends Error {
  override readonly name = 'WrongAnswer';
}

/** Makes one call of any kind and size, and checks what comes. Rejects with {@link WrongAnswer}, or with the error of the call. */
export async function oneCall(client: Caller, dice: Dice): Promise<string> {
  const name = dice.pick(NAMES);
  await CALLS[name](client, dice);
  return name;
}

type CallName = 'echo' | 'large' | 'items' | 'upload' | 'relay' | 'leave' | 'abort' | 'deadline';

const CALLS: Readonly<Record<CallName, (client: Caller, dice: Dice) => Promise<void>>> = {
  echo: async (client, dice) => {
    const sent = dice.bytes(dice.below(200));
    isSame('echo', sent, await client.unary(echo, sent));
  },
  large: async (client, dice) => {
    const sent = numbered(dice.below(1_000), dice.pick([20_000, 300_000, 2_000_000]));
    if (dice.chance(0.5)) isSame('digest', sha256([sent]), await client.unary(digest, sent));
    else isSame('large echo', sent, await client.unary(echo, sent));
  },
  items: async (client, dice) => {
    const { items, bytes } = { items: dice.below(300), bytes: dice.pick([4, 100, 5_000]) };
    let next = 0;
    for await (const item of client.serverStreaming(count, asking(items, bytes))) isSame(`item ${next}`, numbered(next++, bytes), item);
    if (next !== items) throw new WrongAnswer(`${next} items came of ${items}`);
  },
  upload: async (client, dice) => {
    const items = Array.from({ length: dice.below(100) }, (_, i) => numbered(i, dice.pick([4, 300, 30_000])));
    isSame('upload', sha256(items), await client.clientStreaming(total, items));
  },
  relay: async (client, dice) => {
    const items = Array.from({ length: dice.below(100) }, (_, i) => numbered(i, dice.pick([4, 300, 30_000])));
    let next = 0;
    for await (const item of client.bidirectional(relay, items)) isSame(`relayed ${next}`, items[next++] ?? Buffer.alloc(0), item);
    if (next !== items.length) throw new WrongAnswer(`${next} items came back of ${items.length}`);
  },
  leave: async (client, dice) => {
    let left = 1 + dice.below(20);
    let next = 0;
    for await (const item of client.serverStreaming(count, asking(100_000, 1_000))) {
      isSame(`item ${next}`, numbered(next++, 1_000), item);
      if (--left === 0) break;
    }
  },
  abort: (client, dice) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), dice.below(50));
    return fails('CANCELLED', () => client.unary(wait, Buffer.alloc(0), { signal: controller.signal }));
  },
  deadline: (client, dice) => fails('DEADLINE_EXCEEDED', () => client.unary(wait, Buffer.alloc(0), { timeoutMs: 1 + dice.below(100) })),
};

/** Small calls are the most. */
const NAMES: readonly CallName[] = ['echo', 'echo', 'echo', 'echo', 'large', 'items', 'upload', 'relay', 'leave', 'abort', 'deadline'];

async function fails(code: string, call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (error instanceof RpcError && error.code === code) return;
    throw error;
  }
  throw new WrongAnswer(`a call came to an end that should have failed with ${code}`);
}

function isSame(what: string, expected: Uint8Array, got: Uint8Array): void {
  if (Buffer.compare(expected, got) !== 0)
    throw new WrongAnswer(`${what}: ${got.length} bytes came that are not the ${expected.length} expected`);
}

/** Bytes that say which they are. */
function numbered(index: number, bytes: number): Buffer {
  const item = Buffer.alloc(bytes, index * 7 + bytes);
  item.writeUInt32LE(index, 0);
  return item;
}

function asking(items: number, bytes: number): Buffer {
  const request = Buffer.alloc(8);
  request.writeUInt32LE(items, 0);
  request.writeUInt32LE(bytes, 4);
  return request;
}

function sha256(parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
