import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { NodeInfo } from '../../src/swim/node-info.ts';
import { InvariantChecker, type ObservedChange } from '../../src/testing/simulation/invariant-checker.ts';

describe('each rule of the checker bites', () => {
  test('noResurrection: a failed node is alive again at the same version', () => {
    const checker = observing(at(5, 2, 'alive'), at(5, 2, 'failed'));
    assert.throws(() => checker.observe('observer', at(5, 2, 'alive')), { rule: 'noResurrection' });
  });

  test('noResurrection: a node that left is suspect at a lower incarnation', () => {
    const checker = observing(at(5, 2, 'left'));
    assert.throws(() => checker.observe('observer', at(5, 1, 'suspect')), { rule: 'noResurrection' });
  });

  test('noResurrection: a failed node is alive in an older life', () => {
    const checker = observing(at(5, 2, 'failed'));
    assert.throws(() => checker.observe('observer', at(4, 9, 'alive')), { rule: 'noResurrection' });
  });

  test('monotoneVersion: the incarnation goes back', () => {
    const checker = observing(at(5, 2, 'alive'));
    assert.throws(() => checker.observe('observer', at(5, 1, 'alive')), { rule: 'monotoneVersion' });
  });

  test('monotoneVersion: the epoch goes back', () => {
    const checker = observing(at(5, 2, 'alive'));
    assert.throws(() => checker.observe('observer', at(4, 3, 'alive')), { rule: 'monotoneVersion' });
  });

  test('monotoneVersion: a suspicion ends without a higher incarnation', () => {
    const checker = observing(at(5, 2, 'suspect'));
    assert.throws(() => checker.observe('observer', at(5, 2, 'alive')), { rule: 'monotoneVersion' });
  });

  test('selfIsAlive: a running node holds itself for failed, or for left without leaving', () => {
    for (const state of ['suspect', 'failed', 'left'] as const) {
      assert.throws(() => new InvariantChecker().observe('subject', at(1, 0, state)), { rule: 'selfIsAlive' });
    }
  });

  test('oneMeaning: one version has two sets of tags', () => {
    const checker = observing(at(5, 2, 'alive'));
    checker.observe('other', at(5, 2, 'alive'));
    checker.inspect('observer', [shown(at(5, 2, 'alive'), 'a')]);
    assert.throws(() => checker.inspect('other', [shown(at(5, 2, 'alive'), 'b')]), { rule: 'oneMeaning' });
  });

  test('nothingUnreported: a node shows what it never reported', () => {
    const checker = observing(at(5, 2, 'alive'));
    assert.throws(() => checker.inspect('observer', [shown(at(5, 2, 'suspect'), 'a')]), { rule: 'nothingUnreported' });
    assert.throws(() => new InvariantChecker().inspect('observer', [shown(at(5, 2, 'alive'), 'a')]), { rule: 'nothingUnreported' });
  });
});

test('the checker accepts what may happen', () => {
  const checker = observing(
    at(5, 0, 'alive'),
    at(5, 0, 'suspect'),
    at(5, 1, 'alive'),
    at(5, 1, 'suspect'),
    at(5, 1, 'failed'),
    at(5, 3, 'failed'),
    at(5, 4, 'alive'),
    at(5, 4, 'left'),
    at(6, 0, 'alive'),
  );
  checker.inspect('observer', [shown(at(6, 0, 'alive'), 'a')]);
  checker.forget('observer', 'subject');
  checker.observe('observer', at(5, 0, 'alive'));
  checker.observe('subject', at(5, 0, 'left'), true);
});

function observing(...changes: readonly ObservedChange[]): InvariantChecker {
  const checker = new InvariantChecker();
  for (const change of changes) checker.observe('observer', change);
  return checker;
}

function at(epoch: number, incarnation: number, state: ObservedChange['state']): ObservedChange {
  return { nodeId: 'subject', epoch, incarnation, state };
}

function shown(change: ObservedChange, tag: string): NodeInfo {
  const addresses = { address: 'h:1', gossipAddress: 'h:2', lastContactMs: undefined };
  return { ...change, ...addresses, tags: { tag }, load: 0, isLocal: false };
}
