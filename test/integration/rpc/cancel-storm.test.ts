import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Client } from '../../../src/client.ts';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import type { MethodRegistration } from '../../../src/rpc/service.ts';
import { Server } from '../../../src/server.ts';
import { rawMethod } from '../../../src/wire/raw-method.ts';
import { Dice } from '../../fuzz/dice.ts';
import { transportOf } from '../../soak/transport-of.ts';
import { createTrust, eventually } from '../../support/cluster-nodes.ts';
import { countBytes, sendBack } from '../../support/stream-handlers.ts';

const echo = rawMethod('Storm.echo');
const hold = rawMethod('Storm.hold');
const feed = rawMethod('Storm.feed', 'serverStreaming');
const total = rawMethod('Storm.total', 'clientStreaming');
const relay = rawMethod('Storm.relay', 'bidirectional');

for (const [name, calls] of [
  ['quic', 10_000],
  ['tls', 2_000],
] as const) {
  describe(`${calls} calls over ${name}, cancelled at any moment`, () => {
    it('leave nothing in flight on either side, and the same connection in use', async () => {
      const trust = await createTrust();
      const transport = transportOf(name);
      await using server = new Server({ ...trust, transport });
      for (const handler of HANDLERS) server.registerMethod(handler);
      await using client = await Client.connect(await server.listen('127.0.0.1:0'), { ca: trust.ca, transport });
      const dice = new Dice(1);
      const outcomes = new Map<string, number>();
      for (let started = 0; started < calls; started += 500) {
        const wave = Array.from({ length: 500 }, () => cancelled(client, dice));
        for (const outcome of await Promise.all(wave)) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
      assert.ok((outcomes.get('CANCELLED') ?? 0) > calls / 4 && (outcomes.get('done') ?? 0) > calls / 20, JSON.stringify([...outcomes]));
      assert.deepEqual(
        [...outcomes.keys()].filter((outcome) => !['CANCELLED', 'done'].includes(outcome)),
        [],
      );
      await eventually('the server has ended every call', () => server.inFlight === 0);
      assert.equal(client.inFlight, 0);
      assert.equal(server.connectionCount, 1);
      // More than the connection's whole credit, each way: none of it may have been lost.
      const items = Array.from({ length: 200 }, (_, i) => Buffer.alloc(60_000, i));
      let next = 0;
      for await (const item of client.bidirectional(relay, items)) assert.ok((items[next++] as Buffer).equals(item));
      assert.equal(next, items.length);
      assert.equal(server.connectionCount, 1);
    });
  });
}

/** One call of any kind, given up after nothing, some turns of the event loop, some milliseconds or some items. */
async function cancelled(client: Client, dice: Dice): Promise<string> {
  const controller = new AbortController();
  const options = { signal: controller.signal, timeoutMs: 60_000 };
  const moment = dice.below(4);
  const items = 1 + dice.below(20);
  if (moment === 0) controller.abort();
  else if (moment === 1) setImmediate(() => controller.abort());
  else if (moment === 2) setTimeout(() => controller.abort(), dice.below(20));
  const bytes = Buffer.alloc(dice.pick([1, 100, 1_000, 20_000]), 1);
  try {
    const kind = dice.below(5);
    if (kind === 0) await client.unary(echo, bytes, options);
    else if (kind === 1) await client.unary(hold, bytes, moment === 3 ? { ...options, signal: AbortSignal.abort() } : options);
    else if (kind === 2) await client.clientStreaming(total, Array(items).fill(bytes), options);
    else
      await leave(
        kind === 3 ? client.serverStreaming(feed, bytes, options) : client.bidirectional(relay, Array(items).fill(bytes), options),
        items,
      );
    return 'done';
  } catch (error) {
    return error instanceof RpcError ? error.code : String(error);
  }
}

async function leave(stream: AsyncIterable<Uint8Array>, items: number): Promise<void> {
  let left = items;
  for await (const _ of stream) if (--left === 0) return;
}

const HANDLERS: readonly MethodRegistration[] = [
  { kind: 'unary', method: echo, handle: async (bytes: Uint8Array) => bytes },
  {
    kind: 'unary',
    method: hold,
    handle: (_: Uint8Array, context) =>
      new Promise((_resolve, reject) => context.signal.addEventListener('abort', () => reject(context.signal.reason))),
  },
  {
    kind: 'serverStreaming',
    method: feed,
    async *handle(bytes: Uint8Array) {
      for (let i = 0; i < 1_000; i++) yield bytes;
    },
  },
  { kind: 'clientStreaming', method: total, handle: countBytes },
  { kind: 'bidirectional', method: relay, handle: sendBack },
];
