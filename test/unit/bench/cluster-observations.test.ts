import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Observations } from '../../../bench/cluster/observations.ts';
import { viewDigest } from '../../../bench/cluster/view-digest.ts';
import type { MembershipEvent } from '../../../src/swim/membership-event.ts';
import type { NodeInfo, NodeState } from '../../../src/swim/node-info.ts';

describe('the digest of a view', () => {
  const three = [node('a'), node('b'), node('c')];

  it('is the same in any order, and with nodes beside that are gone', () => {
    const digest = viewDigest(three, 3);
    assert.equal(viewDigest([node('c'), node('a'), node('d', { state: 'failed' }), node('b')], 3), digest);
    assert.notEqual(digest, undefined);
  });

  it('differs for another life, another address and another node', () => {
    const digest = viewDigest(three, 3);
    for (const other of [node('c', { epoch: 2 }), node('c', { address: 'c:9' }), node('d')])
      assert.notEqual(viewDigest([node('a'), node('b'), other], 3), digest);
  });

  it('is none while somebody is missing, too many or suspect', () => {
    assert.equal(viewDigest(three, 4), undefined);
    assert.equal(viewDigest(three, 2), undefined);
    assert.equal(viewDigest([node('a'), node('b'), node('c'), node('d', { state: 'suspect' })], 3), undefined);
  });
});

describe('observations', () => {
  it('count who knows of an announced departure, and say nothing against it', () => {
    const observations = new Observations();
    observations.expectDeparture('gone');
    observations.note(event('nodeSuspect', 'gone'));
    observations.note(event('nodeFailed', 'gone'));
    observations.note(event('nodeFailed', 'gone'));
    const { knownBy, suspectedAtMs, lastKnownAtMs } = observations.departure('gone');
    assert.equal(knownBy, 2);
    assert.ok(suspectedAtMs !== undefined && suspectedAtMs <= lastKnownAtMs);
    assert.deepEqual(observations.falseAlarms, { failures: 0, suspicions: 0, failed: [] });
  });

  it('call every accusation of a node false that was not announced to go, and once it is announced to be back', () => {
    const observations = new Observations();
    observations.note(event('nodeFailed', 'there'));
    observations.note(event('nodeSuspect', 'there'));
    observations.expectDeparture('back');
    observations.expectReturn('back');
    observations.note(event('nodeFailed', 'back'));
    assert.deepEqual(observations.falseAlarms, { failures: 2, suspicions: 1, failed: ['there', 'back'] });
  });

  it('begin anew when a node is announced again', () => {
    const observations = new Observations();
    observations.expectDeparture('gone');
    observations.note(event('nodeFailed', 'gone'));
    observations.expectDeparture('gone');
    assert.equal(observations.departure('gone').knownBy, 0);
    assert.throws(() => observations.departure('other'), /Expected the name of a node that was announced to go, got other/);
  });
});

function event(kind: 'nodeFailed' | 'nodeSuspect', nodeId: string): MembershipEvent {
  return kind === 'nodeFailed' ? { kind, node: node(nodeId) } : { kind, node: node(nodeId), phi: undefined };
}

function node(
  nodeId: string,
  { state = 'alive', epoch = 1, address = `${nodeId}:1` }: { state?: NodeState; epoch?: number; address?: string } = {},
): NodeInfo {
  return {
    nodeId,
    epoch,
    incarnation: 0,
    state,
    address,
    gossipAddress: `${nodeId}:2`,
    tags: {},
    load: 0,
    loadAtMs: undefined,
    hasCurrentTags: true,
    lastContactMs: undefined,
    isLocal: false,
  };
}
