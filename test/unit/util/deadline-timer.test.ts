import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { NOT_IN_HEAP } from '../../../src/util/deadline-heap.ts';
import { type DeadlineEntry, DeadlineTimer } from '../../../src/util/deadline-timer.ts';
import { CountingClock } from '../../support/counting-clock.ts';

function setUp() {
  const clock = new CountingClock();
  const timer = new DeadlineTimer(clock);
  const fired: { name: string; now: number }[] = [];
  const entry = (name: string, deadlineAt: number, then?: () => void): DeadlineEntry => ({
    deadlineAt,
    heapIndex: NOT_IN_HEAP,
    onDeadline(now) {
      fired.push({ name, now });
      then?.();
    },
  });
  return { clock, timer, fired, entry };
}

describe('deadline timer', () => {
  it('calls each entry at its deadline, in order of deadlines', () => {
    const { clock, timer, fired, entry } = setUp();
    timer.add(entry('late', 30));
    timer.add(entry('early', 10));
    timer.add(entry('middle', 20));
    clock.advance(9.5);
    assert.deepEqual(fired, []);
    clock.advance(100);
    assert.deepEqual(fired, [
      { name: 'early', now: 10 },
      { name: 'middle', now: 20 },
      { name: 'late', now: 30 },
    ]);
    assert.equal(timer.size, 0);
    assert.equal(clock.pending, 0);
  });

  it('sets one timer for any number of entries that do not come before the others', () => {
    const { clock, timer, entry } = setUp();
    for (let index = 0; index < 1000; index += 1) timer.add(entry('e', 10 + index));
    assert.equal(clock.scheduled, 1);
    assert.equal(clock.pending, 1);
  });

  it('replaces its timer when an earlier deadline comes', () => {
    const { clock, timer, entry } = setUp();
    timer.add(entry('a', 20));
    timer.add(entry('b', 10));
    assert.equal(clock.scheduled, 2);
    assert.equal(clock.pending, 1);
    assert.equal(clock.nextDueAt, 10);
  });

  it('leaves its timer alone when the earliest is removed, and then sets it for the next', () => {
    const { clock, timer, fired, entry } = setUp();
    const first = entry('first', 10);
    timer.add(first);
    timer.add(entry('second', 20));
    assert.equal(timer.remove(first), true);
    assert.equal(clock.scheduled, 1);
    clock.advance(15);
    assert.deepEqual(fired, []);
    assert.equal(clock.nextDueAt, 20);
    clock.advance(5);
    assert.deepEqual(fired, [{ name: 'second', now: 20 }]);
  });

  it('sets no timer again once nothing waits', () => {
    const { clock, timer, entry } = setUp();
    const only = entry('only', 10);
    timer.add(only);
    timer.remove(only);
    clock.advance(10);
    assert.equal(clock.pending, 0);
  });

  it('never keeps the process alive', () => {
    const { clock, timer, entry } = setUp();
    timer.add(entry('a', 10));
    assert.equal(clock.pending, 1);
    assert.equal(clock.pendingReferenced, 0);
  });

  it('calls an entry whose deadline has passed when it is added, but not within add', () => {
    const { clock, timer, fired, entry } = setUp();
    clock.advance(50);
    timer.add(entry('past', 10));
    assert.deepEqual(fired, []);
    clock.advance(0);
    assert.deepEqual(fired, [{ name: 'past', now: 50 }]);
  });

  it('sets no timer for a deadline that never comes', () => {
    const { clock, timer, entry } = setUp();
    timer.add(entry('never', Number.POSITIVE_INFINITY));
    timer.add(entry('once', 10));
    clock.advance(1e9);
    assert.equal(clock.pending, 0);
    assert.equal(timer.size, 1);
  });

  it('does not call an entry that another one removes in the same turn', () => {
    const { clock, timer, fired, entry } = setUp();
    const one: DeadlineEntry = entry('one', 10, () => timer.remove(other));
    const other: DeadlineEntry = entry('other', 10, () => timer.remove(one));
    timer.add(one);
    timer.add(other);
    clock.advance(20);
    assert.equal(fired.length, 1);
    assert.equal(timer.size, 0);
  });

  it('takes an entry again that is added from its own deadline', () => {
    const { clock, timer, fired, entry } = setUp();
    const repeated = entry('again', 10, () => {
      if (fired.length === 3) return;
      repeated.deadlineAt += 10;
      timer.add(repeated);
    });
    timer.add(repeated);
    clock.advance(100);
    assert.deepEqual(
      fired.map(({ now }) => now),
      [10, 20, 30],
    );
  });

  it('lets the event loop go on when an entry adds itself again without delay', () => {
    const { clock, timer, fired, entry } = setUp();
    let spins = 0;
    let spinsBeforeOthers = 0;
    const spinning = entry('spinning', 10, () => {
      spins += 1;
      if (spins < 50) timer.add(spinning);
    });
    timer.add(spinning);
    timer.add(entry('other', 10));
    clock.schedule(10, () => {
      spinsBeforeOthers = spins;
    });
    clock.advance(10);
    assert.ok(spinsBeforeOthers <= 2, `${spinsBeforeOthers}`);
    assert.ok(fired.some(({ name }) => name === 'other'));
    assert.equal(spins, 50);
  });

  it('calls the others when one throws, and lets the error out afterwards', () => {
    const { clock, timer, fired, entry } = setUp();
    const fail = (message: string) => () => {
      throw new Error(message);
    };
    timer.add(entry('a', 10, fail('first')));
    timer.add(entry('b', 10));
    timer.add(entry('c', 20));
    assert.throws(() => clock.advance(15), /first/);
    assert.equal(fired.length, 2);
    clock.advance(15);
    assert.equal(fired.length, 3);
    timer.add(entry('d', 40, fail('second')));
    timer.add(entry('e', 40, fail('third')));
    assert.throws(
      () => clock.advance(20),
      (error) => error instanceof AggregateError && error.errors.length === 2,
    );
  });

  it('calls nothing after close, also when it is closed from a deadline', () => {
    const { clock, timer, fired, entry } = setUp();
    timer.add(entry('a', 10, () => timer.close()));
    timer.add(entry('b', 10));
    timer.add(entry('c', 20));
    clock.advance(100);
    timer.close();
    timer.add(entry('d', 10));
    clock.advance(100);
    assert.equal(fired.length, 1);
    assert.equal(clock.pending, 0);
  });

  it('calls every entry that is not removed, once and at its time, whatever the order', () => {
    const plan = fc.array(fc.record({ addAt: fc.nat(100), delay: fc.nat(100), removeAfter: fc.option(fc.nat(150)) }), { maxLength: 60 });
    fc.assert(
      fc.property(plan, (calls) => {
        const { clock, timer, fired, entry } = setUp();
        const expected: { name: string; now: number }[] = [];
        calls.forEach(({ addAt, delay, removeAfter }, index) => {
          const deadline = entry(String(index), addAt + delay);
          clock.schedule(addAt, () => timer.add(deadline));
          if (removeAfter !== null) clock.schedule(addAt + removeAfter + 0.5, () => timer.remove(deadline));
          if (removeAfter === null || removeAfter + 0.5 > delay) expected.push({ name: String(index), now: addAt + delay });
        });
        clock.advance(1000);
        const byName = (a: { name: string }, b: { name: string }): number => Number(a.name) - Number(b.name);
        assert.deepEqual([...fired].sort(byName), expected);
        assert.equal(timer.size, 0);
        assert.equal(clock.pending, 0);
      }),
    );
  });
});
