import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { recordConversations } from '../../fuzz/corpus.ts';
import { Dice } from '../../fuzz/dice.ts';
import { fuzz } from '../../fuzz/fuzz.ts';
import { mutateFrames } from '../../fuzz/mutate.ts';

describe('mutated frames', () => {
  it('make neither the engines nor the readers throw, keep something, or end a connection without a reason', async () => {
    const report = await fuzz({ seed: 1, frames: 60_000 });
    assert.ok(report.frames >= 60_000);
    const targets = new Set([...report.outcomes.keys()].map((outcome) => outcome.split(':')[0]));
    assert.deepEqual([...targets].sort(), ['client', 'decoder', 'readers', 'server']);
    for (const target of ['client', 'server']) {
      const lived = report.outcomes.get(`${target}: lives`) ?? 0;
      const ended = [...report.outcomes]
        .filter(([outcome]) => outcome.startsWith(`${target}: protocol error`))
        .reduce((sum, [, n]) => sum + n, 0);
      assert.ok(lived > 20 && ended > 20, `${target}: ${lived} connections lived and ${ended} ended`);
    }
  });

  it('are the same for the same seed', async () => {
    const corpus = await recordConversations(3, 7);
    const frames = (corpus[0] as (typeof corpus)[number]).toServer;
    assert.deepEqual(mutateFrames(frames, frames, new Dice(5)), mutateFrames(frames, frames, new Dice(5)));
    assert.notDeepEqual(mutateFrames(frames, frames, new Dice(5)), mutateFrames(frames, frames, new Dice(6)));
  });
});

describe('the fuzzing', () => {
  const good = { frames: 1, outcome: 'lives' };

  it('says which case failed, and makes that case alone again', async () => {
    let runs = 0;
    const targets = {
      breaks: () => {
        if (runs++ === 30) throw new RangeError('out of range');
        return good;
      },
    };
    await assert.rejects(fuzz({ seed: 9, frames: 100, targets }), /--seed 9 --case 30\nRangeError: out of range/);
    runs = 30;
    await assert.rejects(fuzz({ seed: 9, frames: 100, targets, onlyCase: 30 }), /--case 30/);
  });

  it('fails when a case takes too long', async () => {
    const targets = { slow: () => good };
    await assert.rejects(fuzz({ seed: 1, frames: 10, targets, maxCaseMs: -1 }), /took \d+ ms/);
  });
});
