import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { NodeInfo } from '../../src/swim/node-info.ts';
import { InvariantChecker, type ObservedChange } from '../../src/testing/simulation/invariant-checker.ts';

describe('each rule of the checker bites', () => {
  test('noResurrection: a failed node is alive again at the same version', () => {
    const checker = observing(at(5, 2, 'alive'), at(5, 2, 'suspect'), at(5, 2, 'failed'));
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
      assert.throws(() => begun().observe('subject', at(1, 0, state)), { rule: 'selfIsAlive' });
    }
  });

  test('illegalPair: a node goes from alive to failed, or from left to suspect, at one step', () => {
    assert.throws(() => observing(at(5, 1, 'alive')).observe('observer', at(5, 2, 'failed')), { rule: 'illegalPair' });
    assert.throws(() => observing(at(5, 1, 'left')).observe('observer', at(5, 2, 'suspect')), { rule: 'illegalPair' });
    assert.throws(() => observing(at(5, 1, 'failed')).observe('observer', at(5, 2, 'suspect')), { rule: 'illegalPair' });
  });

  test('onlyTheOwnerRaises: a version was never announced, or a goodbye never said', () => {
    assert.throws(() => begun().observe('observer', at(5, 10, 'alive')), { rule: 'onlyTheOwnerRaises' });
    assert.throws(() => begun().observe('observer', at(7, 0, 'suspect')), { rule: 'onlyTheOwnerRaises' });
    const checker = begun();
    checker.begin('silent');
    checker.observe('silent', { ...at(1, 0, 'alive'), nodeId: 'silent' });
    assert.throws(() => checker.observe('observer', { ...at(1, 0, 'left'), nodeId: 'silent' }), { rule: 'onlyTheOwnerRaises' });
  });

  test('oneMeaning: one version has two sets of tags', () => {
    const checker = observing(at(5, 2, 'alive'));
    checker.observe('other', at(5, 2, 'alive'));
    checker.inspect('observer', [shown(at(5, 2, 'alive'), 'a')]);
    assert.throws(() => checker.inspect('other', [shown(at(5, 2, 'alive'), 'b')]), { rule: 'oneMeaning' });
  });

  test('oneLife: a running node goes above its own epoch', () => {
    const checker = begun();
    checker.observe('subject', at(7, 0, 'alive'));
    assert.throws(() => checker.observe('subject', at(8, 0, 'alive')), { rule: 'oneLife' });
  });

  test('nothingUnreported: a node shows what it never reported', () => {
    const checker = observing(at(5, 2, 'alive'));
    assert.throws(() => checker.inspect('observer', [shown(at(5, 2, 'suspect'), 'a')]), { rule: 'nothingUnreported' });
    assert.throws(() => begun().inspect('observer', [shown(at(5, 2, 'alive'), 'a')]), { rule: 'nothingUnreported' });
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
  checker.begin('subject');
  checker.observe('subject', at(3, 0, 'alive'));
  checker.observe('subject', at(7, 0, 'alive'));
});

function observing(...changes: readonly ObservedChange[]): InvariantChecker {
  const checker = begun();
  for (const change of changes) checker.observe('observer', change);
  return checker;
}

/** Three nodes have begun, and the subject has announced every version that is used here. */
function begun(): InvariantChecker {
  const checker = new InvariantChecker();
  for (const observer of ['observer', 'other', 'subject']) checker.begin(observer);
  for (let epoch = 4; epoch <= 6; epoch++) {
    checker.begin('subject');
    for (let incarnation = 0; incarnation <= 9; incarnation++) checker.observe('subject', at(epoch, incarnation, 'alive'));
    checker.observe('subject', at(epoch, 9, 'left'), true);
  }
  checker.begin('subject');
  return checker;
}

function at(epoch: number, incarnation: number, state: ObservedChange['state']): ObservedChange {
  return { nodeId: 'subject', epoch, incarnation, state };
}

function shown(change: ObservedChange, tag: string): NodeInfo {
  const addresses = { address: 'h:1', gossipAddress: 'h:2', lastContactMs: undefined, hasCurrentTags: true, loadAtMs: undefined };
  return { ...change, ...addresses, tags: { tag }, load: 0, isLocal: false };
}
