import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DeadlineHeap, type HeapEntry, NOT_IN_HEAP } from '../../../src/util/deadline-heap.ts';

const newEntry = (): HeapEntry => ({ deadlineAt: 0, heapIndex: NOT_IN_HEAP });

function drain(heap: DeadlineHeap<HeapEntry>): number[] {
  const deadlines: number[] = [];
  for (let entry = heap.popDue(Number.POSITIVE_INFINITY); entry; entry = heap.popDue(Number.POSITIVE_INFINITY))
    deadlines.push(entry.deadlineAt);
  return deadlines;
}

describe('deadline heap', () => {
  it('is empty at first', () => {
    const heap = new DeadlineHeap<HeapEntry>();
    assert.equal(heap.size, 0);
    assert.equal(heap.peek(), undefined);
    assert.equal(heap.popDue(Number.POSITIVE_INFINITY), undefined);
  });

  it('gives back any set of deadlines in order', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true })), (deadlines) => {
        const heap = new DeadlineHeap<HeapEntry>();
        for (const at of deadlines) heap.add(newEntry(), at);
        // Adding 0 turns -0 into 0, which a heap may order either way.
        assert.deepEqual(
          drain(heap).map((at) => at + 0),
          [...deadlines].sort((a, b) => a - b || 0).map((at) => at + 0),
        );
      }),
    );
  });

  it('gives nothing that is not due, and what is due exactly now', () => {
    const heap = new DeadlineHeap<HeapEntry>();
    const entry = newEntry();
    heap.add(entry, 10);
    assert.equal(heap.popDue(9.999), undefined);
    assert.equal(heap.popDue(10), entry);
    assert.equal(entry.heapIndex, NOT_IN_HEAP);
  });

  it('moves an entry that is added again, also when its deadline was written before', () => {
    const heap = new DeadlineHeap<HeapEntry>();
    const [a, b] = [newEntry(), newEntry()];
    heap.add(a, 1);
    heap.add(b, 2);
    heap.add(a, 3);
    assert.equal(heap.size, 2);
    assert.equal(heap.peek(), b);
    a.deadlineAt = 1;
    heap.add(a, a.deadlineAt);
    assert.equal(heap.peek(), a);
  });

  it('removes an entry once', () => {
    const heap = new DeadlineHeap<HeapEntry>();
    const entry = newEntry();
    assert.equal(heap.remove(entry), false);
    heap.add(entry, 1);
    assert.equal(heap.remove(entry), true);
    assert.equal(heap.remove(entry), false);
    assert.equal(heap.size, 0);
  });

  it('leaves entries of another heap alone', () => {
    const [one, other] = [new DeadlineHeap<HeapEntry>(), new DeadlineHeap<HeapEntry>()];
    const entry = newEntry();
    one.add(entry, 1);
    other.add(newEntry(), 1);
    assert.equal(other.remove(entry), false);
    assert.throws(() => other.add(entry, 2), /another heap/);
    assert.equal(one.peek(), entry);
    assert.equal(entry.deadlineAt, 1);
  });

  it('refuses NaN', () => {
    const heap = new DeadlineHeap<HeapEntry>();
    assert.throws(() => heap.add(newEntry(), Number.NaN), RangeError);
    assert.equal(heap.size, 0);
  });

  it('behaves as a sorted array under any mix of adding, moving, removing and popping', () => {
    const operation = fc.oneof(
      fc.record({ kind: fc.constant('add' as const), entry: fc.nat(19), at: fc.integer({ min: 0, max: 50 }) }),
      fc.record({ kind: fc.constant('remove' as const), entry: fc.nat(19) }),
      fc.record({ kind: fc.constant('pop' as const), now: fc.integer({ min: 0, max: 50 }) }),
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
        const entries = Array.from({ length: 20 }, newEntry);
        const heap = new DeadlineHeap<HeapEntry>();
        const model = new Map<HeapEntry, number>();
        const earliest = (): number => Math.min(...model.values());
        for (const step of operations) {
          if (step.kind === 'add') {
            const entry = entries[step.entry] as HeapEntry;
            heap.add(entry, step.at);
            model.set(entry, step.at);
          } else if (step.kind === 'remove') {
            const entry = entries[step.entry] as HeapEntry;
            assert.equal(heap.remove(entry), model.delete(entry));
          } else {
            const popped = heap.popDue(step.now);
            assert.equal(popped !== undefined, earliest() <= step.now);
            if (popped) assert.equal(model.get(popped), earliest());
            if (popped) model.delete(popped);
          }
          assert.equal(heap.size, model.size);
          assert.equal(heap.peek()?.deadlineAt ?? Number.POSITIVE_INFINITY, earliest());
          for (const entry of entries) assert.equal(entry.heapIndex !== NOT_IN_HEAP, model.has(entry));
        }
        assert.deepEqual(
          drain(heap),
          [...model.values()].sort((a, b) => a - b),
        );
      }),
      { numRuns: 300 },
    );
  });
});
