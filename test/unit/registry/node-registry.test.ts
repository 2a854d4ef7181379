import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { NodeRegistry } from '../../../src/registry/node-registry.ts';
import type { MembershipEvent } from '../../../src/swim/membership-event.ts';
import { FakeMembership, node } from './fake-membership.ts';

const ids = (registry: NodeRegistry, filter?: Parameters<NodeRegistry['nodes']>[0]): string[] =>
  registry.nodes(filter).map(({ nodeId }) => nodeId);

describe('node registry', () => {
  it('starts with the nodes that are known already', () => {
    const registry = new NodeRegistry(new FakeMembership(node('a'), node('b', { state: 'suspect' })));
    assert.deepEqual(ids(registry), ['a', 'b']);
    assert.equal(registry.size, 2);
    assert.equal(registry.node('b')?.state, 'suspect');
    assert.equal(registry.node('c'), undefined);
  });

  it('follows joins, suspicions, recoveries, failures, departures and restarts', () => {
    const membership = new FakeMembership();
    const registry = new NodeRegistry(membership);
    const state = (): unknown => registry.node('a')?.state;
    membership.join(node('a'));
    assert.equal(state(), 'alive');
    membership.suspect('a');
    assert.equal(state(), 'suspect');
    membership.recover('a');
    assert.equal(state(), 'alive');
    membership.fail('a');
    assert.equal(state(), 'failed');
    membership.restart('a', { address: 'elsewhere.test:1' });
    assert.equal(state(), 'alive');
    assert.equal(registry.node('a')?.address, 'elsewhere.test:1');
    assert.equal(registry.node('a')?.epoch, 2);
    membership.leave('a');
    assert.equal(state(), 'left');
    assert.equal(registry.size, 1);
  });

  it('filters by the tags as they are now', () => {
    const membership = new FakeMembership(node('a'), node('b', { tags: { role: 'director' } }));
    const registry = new NodeRegistry(membership);
    assert.deepEqual(ids(registry, 'role=worker'), ['a']);
    membership.retag('b', { role: 'worker', zone: 'eu' });
    assert.deepEqual(ids(registry, 'role=worker'), ['a', 'b']);
    assert.deepEqual(ids(registry, { zone: 'eu' }), ['b']);
    assert.deepEqual(
      ids(registry, (tags) => tags.zone === undefined),
      ['a'],
    );
  });

  it('starts over from the snapshot when events were dropped', () => {
    const membership = new FakeMembership(node('a'), node('b'));
    const registry = new NodeRegistry(membership);
    membership.drop(node('b', { state: 'failed' }), node('c'));
    assert.deepEqual(
      registry.nodes().map(({ nodeId, state }) => `${nodeId} ${state}`),
      ['b failed', 'c alive'],
    );
  });

  it('forgets what the membership has forgotten', () => {
    const membership = new FakeMembership(node('a'), node('b'));
    const registry = new NodeRegistry(membership);
    membership.fail('b');
    membership.reap('b');
    assert.deepEqual(ids(registry), ['a']);
  });

  it('begins anew from a snapshot', () => {
    const membership = new FakeMembership(node('a'));
    const registry = new NodeRegistry(membership);
    membership.tell({ kind: 'snapshot', nodes: [node('b'), node('c')] });
    assert.deepEqual(ids(registry), ['b', 'c']);
  });

  it('takes over loads, contacts and forgotten nodes at a refresh', () => {
    const membership = new FakeMembership(node('a'), node('b', { state: 'failed' }));
    const registry = new NodeRegistry(membership);
    membership.set(node('a', { load: 5, lastContactMs: 1234 }));
    membership.forget('b');
    assert.equal(registry.node('a')?.load, 0);
    registry.refresh();
    assert.equal(registry.node('a')?.load, 5);
    assert.equal(registry.node('a')?.lastContactMs, 1234);
    assert.deepEqual(ids(registry), ['a']);
  });

  it('tells of every event once it agrees with it, partitions included', () => {
    const membership = new FakeMembership(node('a'));
    const registry = new NodeRegistry(membership);
    const seen: string[] = [];
    registry.subscribe((event: MembershipEvent) => seen.push(`${event.kind} ${ids(registry).length}`));
    membership.join(node('b'));
    membership.tell({ kind: 'partitionDetected', reachable: 1, expected: 3, isMinority: true });
    membership.drop(node('a'));
    assert.deepEqual(seen, ['nodeJoined 2', 'partitionDetected 2', 'eventsDropped 1']);
  });

  it('tells the other subscribers when one throws, and lets its error out', () => {
    const membership = new FakeMembership();
    const registry = new NodeRegistry(membership);
    let heard = 0;
    registry.subscribe(() => {
      throw new Error('broken subscriber');
    });
    registry.subscribe(() => {
      heard += 1;
    });
    assert.throws(() => membership.join(node('a')), /broken subscriber/);
    assert.equal(heard, 1);
    assert.equal(registry.size, 1);
  });

  it('does not tell a subscriber that has stopped, not even when another stopped it during the same event', () => {
    const membership = new FakeMembership();
    const registry = new NodeRegistry(membership);
    const heard: string[] = [];
    registry.subscribe(() => {
      heard.push('first');
      stopSecond();
      stopSecond();
    });
    const stopSecond = registry.subscribe(() => heard.push('second'));
    membership.join(node('a'));
    assert.deepEqual(heard, ['first']);
  });

  it('stops following when it is closed, and stays readable', () => {
    const membership = new FakeMembership(node('a'));
    const registry = new NodeRegistry(membership);
    registry.subscribe(() => assert.fail('told after close'));
    registry.close();
    registry.close();
    membership.join(node('b'));
    assert.equal(membership.subscribers, 0);
    assert.deepEqual(ids(registry), ['a']);
  });

  it('agrees with the membership after any sequence of changes', () => {
    const change = fc.record({
      nodeId: fc.constantFrom('a', 'b', 'c'),
      what: fc.constantFrom('join', 'suspect', 'recover', 'fail', 'leave', 'restart', 'drop'),
    });
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const membership = new FakeMembership();
        const registry = new NodeRegistry(membership);
        for (const { nodeId, what } of changes) {
          const isKnown = membership.nodes().some((known) => known.nodeId === nodeId);
          if (what === 'drop') membership.drop(...membership.nodes().filter((known) => known.nodeId !== nodeId));
          else if (what === 'join' || !isKnown) membership.join(node(nodeId));
          else membership[what](nodeId);
          assert.deepEqual(new Set(registry.nodes()), new Set(membership.nodes()));
        }
      }),
    );
  });
});
