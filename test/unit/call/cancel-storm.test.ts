import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import type { CallContext } from '../../../src/rpc/call-context.ts';
import type { MethodRegistration } from '../../../src/rpc/service.ts';
import { rawMethod } from '../../../src/wire/raw-method.ts';
import { Dice } from '../../fuzz/dice.ts';
import { FuzzCall, startCall } from '../../fuzz/fuzz-calls.ts';
import { CallPair } from '../../support/call-pair.ts';

const CALLS = 10_000;

describe('a storm of calls of every kind, cancelled at any moment', () => {
  for (const seed of [1, 2]) {
    it(`leaves every counter at zero, all credit where it was, and the connection in use (seed ${seed})`, async () => {
      const states: States = new Map();
      const handlers = stormHandlers(states);
      const pair = new CallPair({ handlers, settings: { connectionCreditBytes: 1_000_000 } });
      pair.wire.run();
      pair.wire.laneRoom = 40_000;
      const phases = await storm(pair, { dice: new Dice(seed), handlers, states });
      for (const phase of PHASES) assert.ok((phases.get(phase) ?? 0) > 100, `only ${phases.get(phase)} calls were cancelled ${phase}`);
      await pair.settle(30);
      pair.wire.pass(2_000);

      const { client, server, wire } = pair;
      assert.deepEqual([pair.clientClosed, pair.serverClosed], [undefined, undefined]);
      assert.deepEqual([client.inFlight, server.inFlight, pair.load.inFlight], [0, 0, 0]);
      for (const { core } of [client, server]) {
        for (const lane of core.lanes) assert.deepEqual([lane.load, lane.isBlocked, lane.out.pendingBytes], [0, false, 0]);
        assert.equal(core.unfinished.bytes, 0);
        assert.equal(core.overdueBytes, 0);
        assert.equal(core.credit.forReceiving, 1_000_000);
      }
      // What one side has not given back yet is what the other lacks.
      assert.ok(client.core.credit.forSending > 750_000 && server.core.credit.forSending > 750_000);
      // The keep-alive of the idle client is all that waits.
      assert.equal(wire.environment.deadlines.size, 1);
      await stillInUse(pair, handlers);
    });
  }
});

const PHASES = ['before it was sent', 'on the way', 'while its handler ran', 'while items came', 'after its end was sent'] as const;
type Phase = (typeof PHASES)[number];

/** How far the handlers of the calls are, by the number in the call's metadata. */
type States = Map<string, 'running' | 'ended'>;

interface Storming {
  readonly call: FuzzCall;
  readonly number: string;
  /** Cancelled when the first items have come; after all those steps otherwise. */
  readonly waitsForItems: boolean;
  stepsLeft: number;
}

/** Starts the calls and cancels each after a random number of steps; a step moves bytes one way, a tick, a promise or the clock. */
async function storm(
  pair: CallPair,
  { dice, handlers, states }: { readonly dice: Dice; readonly handlers: readonly MethodRegistration[]; readonly states: States },
): Promise<Map<Phase, number>> {
  const { wire } = pair;
  const phases = new Map<Phase, number>();
  const moves: readonly (() => unknown)[] = [
    () => wire.endTick(),
    () => wire.client.deliver(),
    () => wire.server.deliver(),
    () => wire.clock.advance(dice.below(3)),
    () => Promise.resolve(),
    () => new Promise<void>((resolve) => setImmediate(resolve)),
  ];
  let active: Storming[] = [];
  const all: FuzzCall[] = [];
  for (let started = 0; started < CALLS || active.length > 0; ) {
    for (let i = dice.below(4); i > 0 && started < CALLS; i--, started++) {
      const call = new FuzzCall(dice.pick(handlers).method, dice.pick(['all', 'some', 'nothing']));
      const number = String(started);
      startCall(pair, call, {
        size: dice.pick([0, 10, 300, 5_000, 40_000]),
        items: dice.below(5),
        timeoutMs: dice.pick([0, 0, 0, 3, 1_000]),
        metadata: { number },
      });
      const waitsForItems = dice.chance(0.4);
      all.push(call);
      active.push({ call, number, waitsForItems, stepsLeft: waitsForItems ? 300 : dice.below(dice.pick([3, 60])) });
    }
    await dice.pick(moves)();
    for (const one of active) {
      if (dice.chance(0.3)) one.call.read();
      const hasItems = one.call.itemsRead > 0 || (one.call.inbound?.queue.length ?? 0) > 0;
      if (one.call.isDone || (one.stepsLeft-- > 0 && !(one.waitsForItems && hasItems))) continue;
      const phase = phaseOf(one, states);
      phases.set(phase, (phases.get(phase) ?? 0) + 1);
      one.call.cancel(new RpcError('CANCELLED', 'enough'));
    }
    active = active.filter(({ call }) => !call.isDone);
  }
  // Items that came before the end of their call wait for a reader: these callers have gone.
  for (const call of all) call.inbound?.discard();
  return phases;
}

/** Where a call is when it is about to be cancelled, seen from outside. */
function phaseOf({ call, number }: Storming, states: States): Phase {
  const state = states.get(number);
  if (state === undefined) return (call.lane?.out.pendingBytes ?? 0) > 0 ? 'before it was sent' : 'on the way';
  if (state === 'ended') return 'after its end was sent';
  return call.itemsRead > 0 || (call.inbound?.queue.length ?? 0) > 0 ? 'while items came' : 'while its handler ran';
}

/** Handlers of every kind that say in `states` how far they are. */
function stormHandlers(states: States): readonly MethodRegistration[] {
  const mark = (context: CallContext, state: 'running' | 'ended'): void => void states.set(String(context.metadata.number), state);
  return [
    {
      kind: 'unary',
      method: rawMethod('Storm.echo'),
      async handle(bytes: Uint8Array, context) {
        mark(context, 'running');
        await Promise.resolve();
        mark(context, 'ended');
        return bytes;
      },
    },
    {
      kind: 'unary',
      method: rawMethod('Storm.hold'),
      handle: (_: Uint8Array, context) => {
        mark(context, 'running');
        return new Promise((_resolve, reject) => context.signal.addEventListener('abort', () => reject(context.signal.reason)));
      },
    },
    {
      kind: 'serverStreaming',
      method: rawMethod('Storm.feed', 'serverStreaming'),
      async *handle(bytes: Uint8Array, context) {
        mark(context, 'running');
        for (let i = 0; i < 60; i++) yield await Promise.resolve(bytes);
        mark(context, 'ended');
      },
    },
    {
      kind: 'clientStreaming',
      method: rawMethod('Storm.collect', 'clientStreaming'),
      async handle(requests: AsyncIterable<Uint8Array>, context) {
        mark(context, 'running');
        let total = 0;
        for await (const item of requests) total += item.length;
        mark(context, 'ended');
        return Buffer.alloc(total % 50_000);
      },
    },
    {
      kind: 'bidirectional',
      method: rawMethod('Storm.chat', 'bidirectional'),
      async *handle(requests: AsyncIterable<Uint8Array>, context) {
        mark(context, 'running');
        for await (const item of requests) yield item;
        mark(context, 'ended');
      },
    },
  ];
}

async function stillInUse(pair: CallPair, handlers: readonly MethodRegistration[]): Promise<void> {
  const calls = handlers.filter(({ method }) => method.name !== 'Storm.hold').map(({ method }) => new FuzzCall(method, 'all'));
  for (const call of calls) startCall(pair, call, { size: 100_000, items: 20, timeoutMs: 0 });
  for (let i = 0; i < 60; i++) {
    await pair.settle(2);
    for (const call of calls) call.read();
  }
  assert.ok(calls.every((call) => call.isDone && call.error === undefined));
}
