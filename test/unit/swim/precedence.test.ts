import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { NodeState } from '../../../src/swim/node-info.ts';
import { compareVersions, STATE_RANK, stateFromRank, supersedes } from '../../../src/swim/precedence.ts';

const STATES: readonly NodeState[] = ['alive', 'suspect', 'failed', 'left'];

describe('which claim wins', () => {
  for (const [heldRank, held] of STATES.entries()) {
    for (const [claimRank, claim] of STATES.entries()) {
      test(`at the same version ${claim} ${claimRank > heldRank ? 'beats' : 'does not beat'} ${held}`, () => {
        assert.equal(
          supersedes({ epoch: 5, incarnation: 3, state: claim }, { epoch: 5, incarnation: 3, state: held }),
          claimRank > heldRank,
        );
      });
    }
  }

  test('a higher incarnation beats every state', () => {
    for (const claim of STATES) for (const held of STATES) assert.ok(supersedes(at(5, 4, claim), at(5, 3, held)));
  });

  test('a higher epoch beats every state and incarnation', () => {
    for (const claim of STATES) for (const held of STATES) assert.ok(supersedes(at(6, 0, claim), at(5, 99, held)));
  });

  test('an older claim beats nothing', () => {
    for (const claim of STATES) {
      for (const held of STATES) {
        assert.ok(!supersedes(at(5, 2, claim), at(5, 3, held)));
        assert.ok(!supersedes(at(4, 99, claim), at(5, 0, held)));
      }
    }
  });
});

test('of two claims at most one wins, and neither only when they are equal', () => {
  const claims = fc.record({ epoch: fc.nat(3), incarnation: fc.nat(3), state: fc.constantFrom(...STATES) });
  fc.assert(
    fc.property(claims, claims, (a, b) => {
      const isEqual = compareVersions(a, b) === 0 && a.state === b.state;
      assert.equal(Number(supersedes(a, b)) + Number(supersedes(b, a)), isEqual ? 0 : 1);
    }),
  );
});

test('states and their numbers go both ways', () => {
  for (const state of STATES) assert.equal(stateFromRank(STATE_RANK[state]), state);
  assert.equal(stateFromRank(4), undefined);
});

function at(epoch: number, incarnation: number, state: NodeState): { epoch: number; incarnation: number; state: NodeState } {
  return { epoch, incarnation, state };
}
