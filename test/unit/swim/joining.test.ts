import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SwimEffect } from '../../../src/swim/effects.ts';
import type { JoinReply, JoinRequest, MemberRecord } from '../../../src/swim/exchange.ts';
import { EngineUnderTest, EPOCH, partsIn, recordOf } from './engine-under-test.ts';

describe('a seed', () => {
  test('accepts a newcomer, knows it from then on and tells it who is there', () => {
    const seed = new EngineUnderTest().meet('a', 'b');
    const reply = accepted(ask(seed, requestOf('new')));
    assert.deepEqual(reply.members.map((record) => record.nodeId).sort(), ['a', 'b']);
    assert.equal(reply.sender.nodeId, 'me');
    assert.equal(reply.epochFloor, undefined);
    assert.equal(seed.stateOf('new'), 'alive');
  });

  for (const { what, request, reason } of [
    { what: 'of another cluster', request: { clusterName: 'other' }, reason: 'clusterName' },
    { what: 'of a newer protocol', request: { minVersion: 2, maxVersion: 3 }, reason: 'protocolVersion' },
    { what: 'that is itself', request: { self: recordOf('me') }, reason: 'self' },
    { what: 'with its own name', request: { self: recordOf('me', { address: 'elsewhere:1' }) }, reason: 'nameConflict' },
  ] as const) {
    test(`refuses a newcomer ${what}`, () => {
      const seed = new EngineUnderTest();
      const [reply] = repliesIn(ask(seed, { ...requestOf('new'), ...request }));
      assert.equal(reply?.kind === 'refused' && reply.reason, reason);
      assert.equal(seed.swim.nodes().length, 1);
    });
  }

  test('that is leaving refuses', () => {
    const seed = new EngineUnderTest().meet('a');
    seed.take(seed.swim.leave(0));
    const [reply] = repliesIn(ask(seed, requestOf('new')));
    assert.equal(reply?.kind === 'refused' && reply.reason, 'leaving');
  });

  test('tells a newcomer whose clock was set back the epoch to go above', () => {
    const seed = new EngineUnderTest().meet('new');
    const reply = accepted(ask(seed, requestOf('new', { epoch: EPOCH - 500 })));
    assert.equal(reply.epochFloor, EPOCH);
    assert.equal(seed.swim.node('new')?.epoch, EPOCH);
  });

  test('tells a newcomer that is held for failed so, so that it can object', () => {
    const seed = new EngineUnderTest().meet('a', 'new');
    seed.receive('a', { kind: 'suspect', nodeId: 'new', epoch: EPOCH, incarnation: 0, from: 'a' });
    seed.pass(4000, 'suspicion');
    const reply = accepted(ask(seed, requestOf('new')));
    assert.deepEqual(reply.members.find((record) => record.nodeId === 'new')?.state, 'failed');
  });
});

describe('a name that is held by a node at another address', () => {
  const request = requestOf('a', { epoch: EPOCH + 7, address: 'elsewhere:1', gossipAddress: 'elsewhere:2' });

  test('is refused when the older owner answers', () => {
    const seed = new EngineUnderTest().meet('a', 'b');
    const asked = ask(seed, request);
    assert.deepEqual(repliesIn(asked), []);
    const [ping] = partsIn(asked, 'ping', 'a');
    const effects = seed.receive('a', { kind: 'ack', sequence: ping?.sequence ?? 0 });
    const [reply] = repliesIn(effects);
    assert.equal(reply?.kind === 'refused' && reply.reason, 'nameConflict');
    assert.ok(effects.some((effect) => effect.kind === 'nameConflict' && !effect.isLocal && effect.otherAddress === 'elsewhere:1'));
    assert.equal(seed.swim.node('a')?.address, 'a:1');
  });

  test('is refused when the older owner answers over the reliable transport', () => {
    const seed = new EngineUnderTest().meet('a', 'b');
    const reliable = ask(seed, request).find((effect) => effect.kind === 'sendReliablePing');
    assert.ok(reliable?.kind === 'sendReliablePing' && reliable.address === 'a:1');
    const effects = seed.take(
      seed.swim.handleReliablePingResult(reliable.token, { kind: 'answered', nodeId: 'a', epoch: EPOCH, incarnation: 0 }, 1),
    );
    assert.equal(repliesIn(effects)[0]?.kind, 'refused');
  });

  test('is given to the newcomer when nobody answers within the probe timeout', () => {
    const seed = new EngineUnderTest().meet('a', 'b');
    const reliable = ask(seed, request).find((effect) => effect.kind === 'sendReliablePing');
    seed.take(seed.swim.handleReliablePingResult(reliable?.kind === 'sendReliablePing' ? reliable.token : 0, { kind: 'failed' }, 1));
    seed.pass(500, 'nameCheck');
    accepted(seed.effects);
    assert.equal(seed.swim.node('a')?.address, 'elsewhere:1');
    assert.deepEqual(seed.told('a'), ['nodeJoined', 'nodeRestarted']);
  });
});

describe('a newcomer', () => {
  test('asks the seeds at the start and, while it is alone, again and again', () => {
    const engine = new EngineUnderTest({ hasSeeds: true });
    engine.pass(30_000, 'seeds');
    const reasons = engine.effects.flatMap((effect) => (effect.kind === 'joinSeeds' ? [effect.reason] : []));
    assert.equal(reasons[0], 'start');
    assert.ok(reasons.length >= 7 && reasons.length <= 11, `${reasons.length} attempts in 30 s`);
    assert.ok(reasons.slice(1).every((reason) => reason === 'alone'));
  });

  test('asks rarely once it has company', () => {
    const engine = new EngineUnderTest({ hasSeeds: true });
    engine.take(engine.swim.handleJoinReply(replyOf({ members: [recordOf('a')] }), 0));
    engine.effects.length = 0;
    engine.pass(600_000, 'seeds');
    const attempts = engine.effects.filter((effect) => effect.kind === 'joinSeeds').length;
    assert.ok(attempts >= 7 && attempts <= 14, `${attempts} attempts in 10 min`);
  });

  test('knows all members after the answer, and introduces itself to each of them', () => {
    const engine = new EngineUnderTest();
    const effects = engine.take(engine.swim.handleJoinReply(replyOf({ members: [recordOf('a'), recordOf('b')] }), 0));
    assert.deepEqual(
      engine.swim.nodes().map((node) => node.nodeId),
      ['me', 'seed', 'a', 'b'],
    );
    for (const nodeId of ['seed', 'a', 'b']) assert.equal(partsIn(effects, 'alive', nodeId)[0]?.nodeId, 'me');
  });

  test('goes above the floor', () => {
    const engine = new EngineUnderTest();
    engine.take(engine.swim.handleJoinReply(replyOf({ epochFloor: EPOCH + 99 }), 0));
    assert.equal(engine.swim.node('me')?.epoch, EPOCH + 100);
  });

  test('objects to being called failed', () => {
    const engine = new EngineUnderTest();
    engine.take(engine.swim.handleJoinReply(replyOf({ members: [recordOf('me', { state: 'failed' })] }), 0));
    assert.equal(engine.swim.node('me')?.incarnation, 1);
  });

  test('asks for the rest when not all members fitted', () => {
    const effects = new EngineUnderTest().swim.handleJoinReply(replyOf({ hasMore: true }), 0);
    assert.ok(effects.some((effect) => effect.kind === 'requestSync' && effect.nodeId === 'seed' && effect.reason === 'joined'));
  });

  test('changes nothing when it is refused', () => {
    const engine = new EngineUnderTest();
    assert.deepEqual(engine.swim.handleJoinReply({ kind: 'refused', reason: 'clusterName', message: '' }, 0), []);
    assert.equal(engine.swim.nodes().length, 1);
  });
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
  const full = new EngineUnderTest({ nodeId: 'full', address: 'full:1', gossipAddress: 'full:2' });
  for (let i = 0; i < 10_000; i += 8) {
    full.receive('x', ...Array.from({ length: 8 }, (_, j) => ({ ...recordOf(`member-${i + j}`), kind: 'alive' as const })));
  }
  const empty = new EngineUnderTest();
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

function requestOf(nodeId: string, changes: Partial<MemberRecord> = {}): JoinRequest {
  return { clusterName: 'default', minVersion: 1, maxVersion: 1, self: recordOf(nodeId, changes) };
}

function replyOf(changes: Partial<Extract<JoinReply, { kind: 'accepted' }>> = {}): JoinReply {
  return { kind: 'accepted', version: 1, sender: recordOf('seed'), epochFloor: undefined, members: [], hasMore: false, ...changes };
}

function ask(seed: EngineUnderTest, request: JoinRequest): readonly SwimEffect[] {
  return seed.take(seed.swim.handleJoinRequest(request, 1, seed.now));
}

function repliesIn(effects: readonly SwimEffect[]): JoinReply[] {
  return effects.flatMap((effect) => (effect.kind === 'replyJoin' ? [effect.reply] : []));
}

function accepted(effects: readonly SwimEffect[]): Extract<JoinReply, { kind: 'accepted' }> {
  const [reply] = repliesIn(effects);
  if (reply?.kind !== 'accepted') throw new Error(`Expected to be accepted, got ${JSON.stringify(reply)}`);
  return reply;
}
