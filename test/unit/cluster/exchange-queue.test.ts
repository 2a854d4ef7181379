import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ExchangeQueue } from '../../../src/cluster/exchange-queue.ts';
import type { Random } from '../../../src/ports/random.ts';
import type { NodeInfo, NodeState } from '../../../src/swim/node-info.ts';
import { FakeClock } from '../../../src/testing/fake-clock.ts';
import { seededRandom } from '../../../src/testing/seeded-random.ts';
import { Deferred } from '../../../src/util/deferred.ts';

describe('a queue of exchanges', () => {
  it('runs a few at a time, in the order in which they were asked for', async () => {
    const { queue, begun, end } = create();
    for (const address of ['a', 'b', 'c', 'd', 'e', 'f']) queue.add(address);
    assert.deepEqual(begun, ['a', 'b', 'c', 'd']);
    await end('b');
    assert.deepEqual(begun, ['a', 'b', 'c', 'd', 'e']);
  });

  it('is not held up by one address that does not answer', async () => {
    const { queue, begun, end } = create();
    queue.add('silent');
    for (const address of ['a', 'b', 'c', 'd', 'e']) queue.add(address);
    for (const address of ['a', 'b', 'c', 'd', 'e']) await end(address);
    assert.deepEqual(begun, ['silent', 'a', 'b', 'c', 'd', 'e']);
  });

  it('has each address once while it waits', async () => {
    const { queue, begun, end } = create({ maxRunning: 1 });
    for (const address of ['a', 'b', 'b', 'b']) queue.add(address);
    await end('a');
    await end('b');
    assert.deepEqual(begun, ['a', 'b']);
  });

  it('runs an address once more that was asked for while it ran, after those that wait', async () => {
    const { queue, begun, end } = create({ maxRunning: 1 });
    for (const address of ['a', 'a', 'a', 'b']) queue.add(address);
    await end('a');
    await end('b');
    await end('a');
    assert.deepEqual(begun, ['a', 'b', 'a']);
  });

  it('never runs one address twice at a time', () => {
    const { queue, begun } = create();
    queue.add('a');
    queue.add('a');
    assert.deepEqual(begun, ['a']);
  });

  it('comes to an end although the other side always has more', async () => {
    const { queue, begun, end } = create();
    queue.add('a');
    for (let i = 0; i < 200 && begun.length === i + 1; i++) {
      queue.add('a');
      await end('a');
    }
    assert.equal(begun.length, 101);
    queue.add('a');
    assert.equal(begun.length, 102, 'and begins anew when it is asked to later');
  });

  it('asks a busy node again when it said, and others meanwhile', async () => {
    const { queue, begun, end, clock } = create({ maxRunning: 1 });
    queue.add('busy');
    queue.add('a');
    await end('busy', 300);
    await end('a');
    queue.add('busy');
    clock.advance(299);
    assert.deepEqual(begun, ['busy', 'a']);
    clock.advance(1);
    assert.deepEqual(begun, ['busy', 'a', 'busy']);
  });

  it('leaves a node alone that is busy again and again', async () => {
    const { queue, begun, end, clock } = create();
    queue.add('busy');
    for (let i = 0; i < 10 && begun.length === i + 1; i++) {
      await end('busy', 100);
      clock.advance(100);
    }
    assert.equal(begun.length, 6);
    assert.equal(clock.pending, 0);
  });

  it('asks all who take part, and not the failed, those that left and this node', () => {
    const { queue, begun } = create({ maxRunning: 10 });
    queue.addActive([
      node('self', 'alive', true),
      node('alive', 'alive'),
      node('suspect', 'suspect'),
      node('failed', 'failed'),
      node('left', 'left'),
    ]);
    assert.deepEqual(begun, ['alive', 'suspect']);
  });

  it('asks a few of many, and who is asked asks others, until all have been', () => {
    const nodes = Array.from({ length: 500 }, (_, i) => node(`${i}`, 'alive'));
    const told = new Set(['0']);
    let most = 0;
    for (const address of told) {
      const { queue, begun } = create({ maxRunning: 500, random: seededRandom(Number(address) + 1) });
      queue.addActive(nodes.map((other) => (other.address === address ? node(address, 'alive', true) : other)));
      most = Math.max(most, begun.length);
      for (const next of begun) told.add(next);
    }
    assert.equal(told.size, 500);
    assert.equal(most, 13);
  });

  it('begins nothing after it was closed, and leaves no timer', async () => {
    const { queue, begun, end, clock } = create({ maxRunning: 2 });
    for (const address of ['a', 'b', 'c']) queue.add(address);
    await end('b', 500);
    queue.close();
    await end('a', 500);
    await end('c');
    queue.add('d');
    assert.deepEqual(begun, ['a', 'b', 'c']);
    assert.equal(clock.pending, 0);
  });
});

function create(options: { readonly maxRunning?: number; readonly random?: Random } = {}): {
  queue: ExchangeQueue;
  begun: string[];
  clock: FakeClock;
  /** Ends the exchange with an address; with `pauseMs` as refused by a busy node. */
  end(address: string, pauseMs?: number): Promise<void>;
} {
  const clock = new FakeClock();
  const begun: string[] = [];
  const running = new Map<string, Deferred<number | undefined>>();
  const exchange = (address: string): Promise<number | undefined> => {
    assert.ok(!running.has(address), `${address} runs already`);
    begun.push(address);
    const end = new Deferred<number | undefined>();
    running.set(address, end);
    return end.promise;
  };
  const end = async (address: string, pauseMs?: number): Promise<void> => {
    const exchangeEnd = running.get(address);
    assert.ok(exchangeEnd, `${address} does not run`);
    running.delete(address);
    exchangeEnd.resolve(pauseMs);
    await new Promise<void>((resolve) => setImmediate(resolve));
  };
  return { queue: new ExchangeQueue({ clock, random: seededRandom(1), exchange, ...options }), begun, clock, end };
}

function node(address: string, state: NodeState, isLocal = false): NodeInfo {
  return {
    nodeId: address,
    epoch: 1,
    incarnation: 0,
    state,
    address,
    gossipAddress: address,
    tags: {},
    load: 0,
    lastContactMs: undefined,
    hasCurrentTags: true,
    loadAtMs: undefined,
    isLocal,
  };
}
