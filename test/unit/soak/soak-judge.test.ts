import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { slopeOf } from '../../soak/memory.ts';
import { SoakJudge } from '../../soak/soak-judge.ts';

describe('a soak', () => {
  it('is good when calls were answered and memory stands still', () => {
    const judge = new SoakJudge();
    grow(judge, 40, 0);
    assert.equal(judge.verdict().isGood, true);
  });

  it('is bad when no call was made', () => {
    assert.equal(new SoakJudge().verdict().isGood, false);
  });

  it('is bad after one wrong answer', () => {
    const judge = new SoakJudge();
    grow(judge, 2, 0);
    judge.hear({ kind: 'wrong', message: 'item 3' }, 1);
    const { isGood, lines } = judge.verdict();
    assert.equal(isGood, false);
    assert.match(lines.join(), /wrong answer: item 3/);
  });

  it('forgives UNAVAILABLE around a kill, and neither other codes then nor UNAVAILABLE later', () => {
    for (const [at, code, isGood] of [
      [10_500, 'UNAVAILABLE', true],
      [10_500, 'INTERNAL', false],
      [40_000, 'UNAVAILABLE', false],
      [5_000, 'UNAVAILABLE', false],
    ] as const) {
      const judge = new SoakJudge();
      grow(judge, 2, 0);
      judge.serverKilled(10_000);
      judge.serverBack(11_000);
      judge.hear({ kind: 'failed', at, code, message: 'lost' }, 1);
      assert.equal(judge.verdict().isGood, isGood, `${code} at ${at}`);
    }
  });

  it('is bad when memory grew all the while, unless it was watched for too short to tell', () => {
    for (const [minutes, isGood] of [
      [5, true],
      [20, false],
    ] as const) {
      const judge = new SoakJudge();
      grow(judge, minutes, 500_000);
      assert.equal(judge.verdict().isGood, isGood, `${minutes} minutes`);
    }
  });

  it('is bad when a process ended by itself', () => {
    const judge = new SoakJudge();
    grow(judge, 2, 0);
    judge.processFailed('server 0', 'out of memory');
    assert.equal(judge.verdict().isGood, false);
  });
});

describe('the slope of a line', () => {
  it('is that of the least squares', () => {
    assert.equal(slopeOf([1, 2, 3, 4].map((x) => ({ x, y: 3 * x + 7 }))), 3);
    assert.equal(
      slopeOf([
        { x: 0, y: 0 },
        { x: 1, y: 2 },
        { x: 2, y: 1 },
      ]),
      0.5,
    );
    assert.equal(slopeOf([{ x: 1, y: 1 }]), 0);
  });
});

/** A client that uses so many bytes more each minute, and a server that does not. */
function grow(judge: SoakJudge, minutes: number, bytesPerMinute: number): void {
  const server = { used: 20e6, rss: 100e6 };
  for (let minute = 0; minute <= minutes; minute += 0.25)
    judge.hear({ kind: 'memory', client: { used: 20e6 + minute * bytesPerMinute, rss: 100e6 }, server, calls: 100 }, minute);
}
