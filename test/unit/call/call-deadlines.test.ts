import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Call } from '../../../src/call/call.ts';
import { CallDeadlines } from '../../../src/call/call-deadlines.ts';
import { CallTable } from '../../../src/call/call-table.ts';
import { DeadlineTimer } from '../../../src/util/deadline-timer.ts';
import { CountingClock } from '../../support/counting-clock.ts';

describe('deadlines of calls', () => {
  it('come to every call that has not ended, once and at its time, whatever the order', () => {
    const plan = fc.array(fc.record({ beginAt: fc.nat(3000), timeoutMs: fc.nat(4000), endAfter: fc.option(fc.nat(6000)) }), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(plan, (calls) => {
        const { clock, begin, end, expired } = setUp();
        const expected: { id: number; now: number }[] = [];
        calls.forEach(({ beginAt, timeoutMs, endAfter }, index) => {
          const id = index + 1;
          clock.schedule(beginAt, () => begin(id, timeoutMs));
          if (endAfter !== null) clock.schedule(beginAt + endAfter + 0.5, () => end(id));
          if (endAfter === null || endAfter + 0.5 > timeoutMs) expected.push({ id, now: beginAt + timeoutMs });
        });
        clock.advance(20_000);
        assert.deepEqual(
          expired.sort((a, b) => a.id - b.id),
          expected,
        );
        assert.equal(clock.pending, 0);
      }),
    );
  });

  it('cost a timer now and then when calls end long before their time', () => {
    const { clock, timer, begin, end, expired } = setUp();
    for (let id = 1; id <= 100_000; id += 1) {
      begin(id, 30_000);
      clock.advance(1);
      end(id);
      assert.ok(timer.size <= 1, `${timer.size} entries wait`);
    }
    assert.deepEqual(expired, []);
    assert.ok(clock.scheduled <= 4, `${clock.scheduled} timers in 100 seconds`);
  });

  it('are looked through at most every quarter of a second, however many calls have times of their own', () => {
    const { clock, begin, sweeps, expired } = setUp();
    for (let id = 1; id <= 5_000; id += 1) begin(id, 600 + id);
    clock.advance(10_000);
    assert.equal(expired.length, 5_000);
    assert.ok(sweeps() <= 10_000 / 256, `${sweeps()} sweeps`);
  });

  it('come with the next turn to a call whose time passed while the process stood still', () => {
    const { clock, begin, expired } = setUp();
    begin(1, 600);
    clock.behindMs = 5_000;
    clock.advance(400);
    assert.equal(expired.length, 1);
  });

  it('leave nothing behind once no call will begin any more', () => {
    const { timer, deadlines, begin, end } = setUp();
    begin(1, 30_000);
    begin(2, 100);
    end(1);
    end(2);
    deadlines.stop();
    assert.equal(timer.size, 0);
  });

  it('come to a call that begins after all, because its request closed the connection while it was encoded', () => {
    const { clock, deadlines, begin, expired } = setUp();
    begin(1, 30_000);
    deadlines.stop();
    begin(2, 40_000);
    clock.advance(40_000);
    assert.deepEqual(expired.at(-1), { id: 2, now: 40_000 });
  });

  it('leave calls without one alone', () => {
    const { clock, begin, expired, sweeps } = setUp();
    begin(1, Number.POSITIVE_INFINITY);
    assert.equal(clock.pending, 0);
    begin(2, 599.5);
    clock.advance(1_000_000);
    assert.deepEqual(expired, [{ id: 2, now: 599.5 }]);
    assert.equal(sweeps(), 1);
    assert.equal(clock.pending, 0);
  });
});

class TestCall extends Call {
  readonly #onDeadline: (call: TestCall, now: number) => void;

  constructor(id: number, deadlineAt: number, onDeadline: (call: TestCall, now: number) => void) {
    super();
    this.id = id;
    this.deadlineAt = deadlineAt;
    this.#onDeadline = onDeadline;
  }

  override onDeadline(now: number): void {
    this.#onDeadline(this, now);
  }
}

function setUp() {
  const clock = new CountingClock();
  const timer = new DeadlineTimer(clock);
  const calls = new CallTable<TestCall>();
  let looks = 0;
  const deadlines = new CallDeadlines(timer, {
    values: () => {
      looks += 1;
      return calls.values();
    },
  });
  const expired: { id: number; now: number }[] = [];
  const end = (id: number): void => {
    const call = calls.get(id);
    if (call === undefined) return;
    calls.delete(id);
    deadlines.end(call);
  };
  const begin = (id: number, timeoutMs: number): void => {
    const call = new TestCall(id, clock.now() + timeoutMs, (late, now) => {
      expired.push({ id: late.id, now });
      end(late.id);
    });
    calls.add(call);
    deadlines.begin(call, timeoutMs);
  };
  return { clock, timer, deadlines, begin, end, expired, sweeps: () => looks };
}
