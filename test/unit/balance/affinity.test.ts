import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AffinityStrategy } from '../../../src/balance/affinity.ts';
import { RandomStrategy } from '../../../src/balance/random.ts';
import { seededRandom } from '../../../src/testing/seeded-random.ts';
import { chiSquare, countIds, withIds } from './candidates.ts';

const ids = Array.from({ length: 10 }, (_, index) => `worker-${index}`);
const newStrategy = (seed = 1): AffinityStrategy => new AffinityStrategy(new RandomStrategy(seededRandom(seed)));
const choose = (nodeIds: readonly string[], key: string, seed?: number): string =>
  newStrategy(seed).pick(withIds(...nodeIds), { pool: {}, key }).nodeId;

describe('affinity', () => {
  it('sends a key to the same worker in every process', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer(), (key, seed) => {
        assert.equal(choose(ids, key, seed), choose(ids, key));
      }),
    );
  });

  it('moves only the keys of a worker that goes', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(9), (key, gone) => {
        const before = choose(ids, key);
        const after = choose(
          ids.filter((_, index) => index !== gone),
          key,
        );
        if (before !== ids[gone]) assert.equal(after, before);
      }),
    );
  });

  it('spreads keys evenly', () => {
    let number = 0;
    const counts = countIds(20_000, () => {
      number += 1;
      return newStrategy().pick(withIds(...ids), { pool: {}, key: `user:${number}` });
    });
    assert.ok(chiSquare(counts, 10) < 27.88, `${chiSquare(counts, 10)}`);
  });

  it('leaves calls without a key to the strategy inside', () => {
    const strategy = newStrategy();
    const counts = countIds(1000, () => strategy.pick(withIds(...ids), { pool: {} }));
    assert.equal(counts.size, 10);
    assert.equal(strategy.name, 'random');
  });

  it('takes an empty key for a key', () => {
    const strategy = newStrategy();
    assert.equal(countIds(50, () => strategy.pick(withIds(...ids), { pool: {}, key: '' })).size, 1);
  });
});
