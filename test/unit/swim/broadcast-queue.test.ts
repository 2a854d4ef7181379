import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { BroadcastQueue, transmitLimit } from '../../../src/swim/broadcast-queue.ts';

describe('how often news is sent: 4 * ceil(log10(n + 1))', () => {
  for (const [nodes, limit] of [
    [3, 4],
    [9, 4],
    [10, 8],
    [30, 8],
    [99, 8],
    [100, 12],
    [1000, 16],
    [10_000, 20],
  ] as const) {
    test(`${nodes} nodes: ${limit} times`, () => assert.equal(transmitLimit(4, nodes), limit));
  }
});

describe('the queue', () => {
  test('sends what was sent least first, and of those the newest', () => {
    const queue = filled('a', 'b', 'c');
    assert.deepEqual(take(queue, 2), ['c', 'b']);
    assert.deepEqual(take(queue, 2), ['a', 'c']);
    queue.replace('d', bytesOf('d'));
    assert.deepEqual(take(queue, 4), ['d', 'b', 'a', 'c']);
  });

  test('forgets an item that was sent often enough', () => {
    const queue = filled('a');
    for (let i = 0; i < 3; i++) assert.deepEqual(take(queue, 1, 3), ['a']);
    assert.deepEqual(take(queue, 1, 3), []);
    assert.equal(queue.size, 0);
    assert.equal(queue.has('a'), false);
  });

  test('drops older news about the same node', () => {
    const queue = filled('a', 'b');
    queue.add('a', bytesOf('a again'));
    queue.replace('a', bytesOf('a anew'));
    assert.equal(queue.size, 2);
    assert.deepEqual(take(queue, 10), ['a anew', 'b']);
  });

  test('keeps several accusers of one node beside each other', () => {
    const queue = new BroadcastQueue();
    queue.replace('a', bytesOf('a from x'));
    queue.add('a', bytesOf('a from y'));
    assert.deepEqual(take(queue, 10), ['a from y', 'a from x']);
    queue.forget('a');
    assert.equal(queue.size, 0);
  });

  test('passes over what does not fit and takes smaller items behind it', () => {
    const queue = new BroadcastQueue();
    queue.replace('small', new Uint8Array(10));
    queue.replace('large', new Uint8Array(500));
    const sizes: number[] = [];
    queue.take({ bytes: 100, parts: 64 }, 4, (item) => sizes.push(item.length));
    assert.deepEqual(sizes, [10]);
  });
});

test('each item is sent exactly as often as the limit says, whatever the budgets', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 20 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 9 }),
      (names, limit, parts) => {
        const queue = filled(...names);
        const sent = new Map<string, number>();
        for (let i = 0; i < 1000 && queue.size > 0; i++) {
          const round = take(queue, parts, limit);
          assert.equal(new Set(round).size, round.length);
          for (const name of round) sent.set(name, (sent.get(name) ?? 0) + 1);
        }
        assert.equal(queue.size, 0);
        assert.deepEqual(
          [...sent.values()],
          names.map(() => limit),
        );
      },
    ),
  );
});

function filled(...names: readonly string[]): BroadcastQueue {
  const queue = new BroadcastQueue();
  for (const name of names) queue.replace(name, bytesOf(name));
  return queue;
}

function bytesOf(name: string): Uint8Array {
  return Buffer.from(name.padEnd(8));
}

function take(queue: BroadcastQueue, parts: number, limit = 4): string[] {
  const taken: string[] = [];
  queue.take({ bytes: 10_000, parts }, limit, (item) => taken.push(Buffer.from(item).toString().trimEnd()));
  return taken;
}
