import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { FakeClock } from '../../../src/testing/fake-clock.ts';

describe('fake clock', () => {
  it('stands still until it is advanced', () => {
    const clock = new FakeClock({ nowMs: 5, wallMs: 1000 });
    clock.schedule(0, () => assert.fail('ran by itself'));
    clock.afterInput(() => assert.fail('ran by itself'));
    assert.equal(clock.now(), 5);
    assert.equal(clock.wallNow(), 1000);
    assert.equal(clock.pending, 2);
  });

  it('moves both clocks by what it is advanced, fractions included', () => {
    const clock = new FakeClock({ wallMs: 1000 });
    clock.advance(1.5);
    clock.advance(0);
    assert.equal(clock.now(), 1.5);
    assert.equal(clock.wallNow(), 1001.5);
  });

  it('leaves monotonic time alone when the wall clock is set back', () => {
    const clock = new FakeClock({ wallMs: 1000 });
    clock.advance(10);
    clock.setWall(500);
    clock.advance(10);
    assert.equal(clock.now(), 20);
    assert.equal(clock.wallNow(), 510);
  });

  it('runs any set of timers by time, equal times as they were set', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), (delays) => {
        const clock = new FakeClock();
        const ran: { delay: number; index: number }[] = [];
        delays.forEach((delay, index) => {
          clock.schedule(delay, () => {
            assert.equal(clock.now(), delay);
            ran.push({ delay, index });
          });
        });
        clock.advance(20);
        const expected = delays.map((delay, index) => ({ delay, index })).sort((a, b) => a.delay - b.delay || a.index - b.index);
        assert.deepEqual(ran, expected);
      }),
    );
  });

  it('runs timers that are set meanwhile when they are due on the way', () => {
    const clock = new FakeClock();
    const ran: number[] = [];
    clock.schedule(10, () => {
      ran.push(clock.now());
      clock.schedule(5, () => ran.push(clock.now()));
      clock.schedule(50, () => ran.push(clock.now()));
    });
    clock.advance(20);
    assert.deepEqual(ran, [10, 15]);
    assert.equal(clock.nextDueAt, 60);
  });

  it('runs afterInput tasks after the timers of the same instant and before later ones', () => {
    const clock = new FakeClock();
    const order: string[] = [];
    clock.schedule(10, () => {
      order.push('timer');
      clock.afterInput(() => order.push(`after ${clock.now()}`));
      clock.schedule(0, () => order.push('next turn'));
    });
    clock.schedule(10, () => order.push('other timer'));
    clock.schedule(11, () => order.push('later'));
    clock.advance(20);
    assert.deepEqual(order, ['timer', 'other timer', 'after 10', 'next turn', 'later']);
  });

  it('runs waiting afterInput tasks before time moves on', () => {
    const clock = new FakeClock();
    const times: number[] = [];
    clock.schedule(10, () => times.push(clock.now()));
    clock.afterInput(() => {
      times.push(clock.now());
      clock.afterInput(() => times.push(clock.now()));
    });
    clock.advance(10);
    assert.deepEqual(times, [0, 0, 10]);
  });

  it('does not run a cancelled timer, and cancelling again or too late is harmless', () => {
    const clock = new FakeClock();
    const ran: string[] = [];
    const tasks = ['a', 'b', 'c'].map((name) => clock.schedule(10, () => ran.push(name)));
    tasks[1]?.cancel();
    tasks[1]?.cancel();
    assert.equal(clock.pending, 2);
    clock.advance(10);
    tasks[0]?.cancel();
    assert.deepEqual(ran, ['a', 'c']);
  });

  it('lets a timer cancel another of the same instant', () => {
    const clock = new FakeClock();
    const ran: string[] = [];
    clock.schedule(10, () => {
      ran.push('first');
      second.cancel();
    });
    const second = clock.schedule(10, () => ran.push('second'));
    clock.advance(10);
    assert.deepEqual(ran, ['first']);
  });

  it('lets an error of a task out and keeps the rest waiting', () => {
    const clock = new FakeClock();
    const ran: string[] = [];
    clock.schedule(10, () => {
      throw new Error('broken task');
    });
    clock.schedule(10, () => ran.push('timer'));
    clock.afterInput(() => {
      throw new Error('broken input');
    });
    clock.afterInput(() => ran.push('after input'));
    assert.throws(() => clock.advance(20), /broken input/);
    assert.throws(() => clock.advance(20), /broken task/);
    assert.equal(clock.now(), 10);
    clock.advance(0);
    assert.deepEqual(ran, ['after input', 'timer']);
    assert.equal(clock.pending, 0);
  });

  it('refuses to go back, to go on for ever and to be advanced by its own task', () => {
    const clock = new FakeClock();
    for (const ms of [-1, Number.NaN, Number.POSITIVE_INFINITY]) assert.throws(() => clock.advance(ms), RangeError);
    assert.throws(() => clock.schedule(Number.NaN, () => undefined), RangeError);
    clock.schedule(1, () => clock.advance(1));
    assert.throws(() => clock.advance(1), /from a task/);
  });

  it('says so when a task keeps time from moving', () => {
    const clock = new FakeClock();
    const again = (): void => {
      clock.schedule(0, again);
    };
    again();
    assert.throws(() => clock.advance(1), /Time stands still at 0 ms/);
  });

  it('counts the timers that keep a process alive', () => {
    const clock = new FakeClock();
    clock.schedule(1, () => undefined);
    clock.schedule(1, () => undefined, { unref: true });
    assert.equal(clock.pending, 2);
    assert.equal(clock.pendingReferenced, 1);
  });
});
