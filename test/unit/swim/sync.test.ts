import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aliveOf, EngineUnderTest, EPOCH, recordOf } from './engine-under-test.ts';

test('what the last message of an exchange has no room for is sent with the next exchange', () => {
  const full = new EngineUnderTest({ nodeId: 'full', address: 'full:1', gossipAddress: 'full:2' }).meet('peer');
  for (let i = 0; i < 600; i++) full.receive('peer', aliveOf(`member-${i}`, { tags: { text: 'x'.repeat(480) } }));
  const empty = new EngineUnderTest({ nodeId: 'empty', address: 'empty:1', gossipAddress: 'empty:2' });
  let exchanges = 0;
  for (let isAsked = true; isAsked && exchanges < 20; exchanges++) {
    const { reply } = empty.swim.handleSyncRequest(full.swim.createSyncRequest(), 0);
    assert.ok(reply !== undefined);
    const { followUp, effects } = full.swim.handleSyncReply(reply, 0);
    if (followUp !== undefined) empty.swim.handleSyncRequest(followUp, 0);
    isAsked = effects.some((effect) => effect.kind === 'requestSync' && effect.nodeId === 'empty');
  }
  assert.equal(empty.swim.nodes().length, 603);
  assert.ok(exchanges > 2 && exchanges < 20, `${exchanges} exchanges`);
});

test('an exchange of views brings both sides to the same, differences only', () => {
  const left = new EngineUnderTest({ nodeId: 'left', address: 'left:1', gossipAddress: 'left:2' }).meet('both', 'only-left');
  const right = new EngineUnderTest({ nodeId: 'right', address: 'right:1', gossipAddress: 'right:2' }).meet('both', 'only-right');
  const { reply } = right.swim.handleSyncRequest(left.swim.createSyncRequest(), 0);
  assert.ok(reply !== undefined);
  assert.deepEqual(
    reply.records.map((record) => record.nodeId),
    ['only-right'],
  );
  assert.deepEqual(reply.wanted, ['only-left']);
  const { followUp } = left.swim.handleSyncReply(reply, 0);
  assert.deepEqual(
    followUp?.records.map((record) => record.nodeId),
    ['only-left'],
  );
  assert.ok(followUp !== undefined);
  right.swim.handleSyncRequest(followUp, 0);
  const names = (engine: EngineUnderTest): string[] =>
    engine.swim
      .nodes()
      .map((node) => node.nodeId)
      .sort();
  assert.deepEqual(names(left), names(right));
});

test('an exchange passes on the end of a node only from those who knew it, and only for a minute', () => {
  const end = { kind: 'left', nodeId: 'gone', epoch: EPOCH, incarnation: 0 } as const;
  const tellsOf = (witness: EngineUnderTest): boolean => {
    const { reply } = witness.swim.handleSyncRequest(new EngineUnderTest({ nodeId: 'asker' }).swim.createSyncRequest(), witness.now);
    return reply?.records.some((record) => record.nodeId === 'gone') ?? false;
  };
  const witness = new EngineUnderTest().meet('a', 'gone');
  witness.receive('a', end);
  assert.equal(tellsOf(witness), true);
  witness.now += 60_000;
  assert.equal(tellsOf(witness), false);
  const hearsay = new EngineUnderTest().meet('a');
  hearsay.receive('a', end);
  assert.equal(hearsay.swim.stats().remembered, 2);
  assert.equal(tellsOf(hearsay), false);
});

test('an exchange with another cluster is refused', () => {
  const engine = new EngineUnderTest();
  const request = { ...new EngineUnderTest({ nodeId: 'other' }).swim.createSyncRequest(), clusterName: 'another' };
  assert.equal(engine.swim.handleSyncRequest(request, 0).reply, undefined);
});

test('a view of 10,000 members is exchanged in pages and pieces until nothing is missing', () => {
  const tuning = { maxMembers: 11_000 };
  const full = new EngineUnderTest({ nodeId: 'full', address: 'full:1', gossipAddress: 'full:2', tuning });
  for (let i = 0; i < 10_000; i += 8) {
    full.receive('x', ...Array.from({ length: 8 }, (_, j) => ({ ...recordOf(`member-${i + j}`), kind: 'alive' as const })));
  }
  const empty = new EngineUnderTest({ tuning });
  let exchanges = 0;
  for (let more = true; more && exchanges < 50; exchanges++) {
    const { reply } = full.swim.handleSyncRequest(empty.swim.createSyncRequest(), 0);
    assert.ok(reply !== undefined);
    more =
      empty.swim.handleSyncReply(reply, 0).effects.some((effect) => effect.kind === 'requestSync') || empty.swim.nodes().length < 10_000;
  }
  assert.equal(empty.swim.nodes().length, 10_002);
  assert.ok(exchanges > 3, `${exchanges} exchanges`);
});
