import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SwimEffect } from '../../../src/swim/effects.ts';
import type { JoinReply, JoinRequest, MemberRecord } from '../../../src/swim/exchange.ts';
import { DIRECT_GREETINGS } from '../../../src/swim/greeter.ts';
import type { NodeInfo } from '../../../src/swim/node-info.ts';
import { seededRandom } from '../../../src/testing/seeded-random.ts';
import { addressesOf, aliveOf, assertAbove, EngineUnderTest, EPOCH, partsIn, recordOf, sentIn } from './engine-under-test.ts';

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

  test('tells of the conflict when a newcomer at another address has its own name', () => {
    const told = (self: MemberRecord): SwimEffect[] =>
      ask(new EngineUnderTest(), { ...requestOf('new'), self }).filter((effect) => effect.kind === 'nameConflict');
    assert.deepEqual(told(recordOf('me', { address: 'elsewhere:1' })), [
      { kind: 'nameConflict', nodeId: 'me', address: 'me:1', otherAddress: 'elsewhere:1', isLocal: false },
    ]);
    assert.deepEqual(told(recordOf('me', { epoch: EPOCH - 1 })), [], 'from its own address it is an earlier life');
  });

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
    answer(engine, replyOf({ members: [recordOf('a')] }));
    engine.effects.length = 0;
    engine.pass(600_000, 'seeds');
    const attempts = engine.effects.filter((effect) => effect.kind === 'joinSeeds').length;
    assert.ok(attempts >= 7 && attempts <= 14, `${attempts} attempts in 10 min`);
  });

  test('knows all members after the answer, and introduces itself to each of them', () => {
    const engine = new EngineUnderTest();
    const effects = answer(engine, replyOf({ members: [recordOf('a'), recordOf('b')] }));
    assert.deepEqual(
      engine.swim.nodes().map((node) => node.nodeId),
      ['me', 'seed', 'a', 'b'],
    );
    for (const nodeId of ['seed', 'a', 'b']) assert.equal(partsIn(effects, 'alive', nodeId)[0]?.nodeId, 'me');
  });

  test('goes above the floor', () => {
    const engine = new EngineUnderTest();
    answer(engine, replyOf({ epochFloor: EPOCH + 99 }));
    assertAbove(EPOCH + 99, engine.swim.node('me')?.epoch);
  });

  test('goes above the floor of an earlier life that began in the same millisecond', () => {
    const engine = new EngineUnderTest();
    answer(engine, replyOf({ epochFloor: EPOCH }));
    assertAbove(EPOCH, engine.swim.node('me')?.epoch);
  });

  test('does not begin the life that another one of it began above the same floor', () => {
    const epochs = [1, 2, 3].map((seed) => {
      const engine = new EngineUnderTest({ random: seededRandom(seed) });
      answer(engine, replyOf({ epochFloor: EPOCH + 99 }));
      return engine.swim.node('me')?.epoch;
    });
    assert.equal(new Set(epochs).size, epochs.length, epochs.join());
  });

  test('that objected to a suspicion while its request was under way goes on in the same life', () => {
    const seed = new EngineUnderTest({ nodeId: 'seed', ...addressesOf('seed') }).meet('me');
    const engine = new EngineUnderTest().meet('seed');
    const request = engine.swim.createJoinRequest();
    engine.receive('seed', { kind: 'suspect', nodeId: 'me', epoch: EPOCH, incarnation: 0, from: 'seed' });
    seed.receive('me', aliveOf('me', { incarnation: 1 }));
    const reply = accepted(ask(seed, request));
    assert.equal(reply.epochFloor, EPOCH);
    const effects = answer(engine, reply, request);
    const { epoch, incarnation } = engine.swim.node('me') as NodeInfo;
    assert.deepEqual({ epoch, incarnation }, { epoch: EPOCH, incarnation: 2 });
    assert.ok(
      effects.some((effect) => effect.kind === 'requestSync' && effect.nodeId === 'seed'),
      'and exchanges views with it',
    );
  });

  test('is told apart from an earlier life of the same epoch when it has changed its tags since it asked', () => {
    const seed = new EngineUnderTest({ nodeId: 'seed', ...addressesOf('seed') }).meet('me');
    seed.receive('me', aliveOf('me', { incarnation: 1, tags: { life: 'first' } }));
    const engine = new EngineUnderTest();
    const request = engine.swim.createJoinRequest();
    engine.take(engine.swim.setTags({ life: 'second' }, 0));
    const effects = answer(engine, accepted(ask(seed, request)), request);
    seed.receive('me', ...partsIn(effects, 'alive', 'seed'));
    assert.deepEqual(seed.swim.node('me')?.tags, { life: 'second' });
  });

  test('goes above the floor once, whichever of two seeds answers first', () => {
    const engine = new EngineUnderTest();
    const request = engine.swim.createJoinRequest();
    answer(engine, replyOf({ epochFloor: EPOCH + 99 }), request);
    const raised = engine.swim.node('me')?.epoch ?? 0;
    answer(engine, replyOf({ epochFloor: EPOCH + 50 }), request);
    answer(engine, replyOf({ epochFloor: raised }), request);
    assert.equal(engine.swim.node('me')?.epoch, raised);
  });

  test('objects to being called failed', () => {
    const engine = new EngineUnderTest();
    answer(engine, replyOf({ members: [recordOf('me', { state: 'failed' })] }));
    assert.equal(engine.swim.node('me')?.incarnation, 1);
  });

  test('asks for the rest when not all members fitted', () => {
    const effects = answer(new EngineUnderTest(), replyOf({ hasMore: true }));
    assert.ok(effects.some((effect) => effect.kind === 'requestSync' && effect.nodeId === 'seed' && effect.reason === 'joined'));
  });

  test('changes nothing when it is refused', () => {
    const engine = new EngineUnderTest();
    assert.deepEqual(answer(engine, { kind: 'refused', reason: 'clusterName', message: '' }), []);
    assert.equal(engine.swim.nodes().length, 1);
  });
});

describe('in a large cluster', () => {
  const crowd = Array.from({ length: 300 }, (_, i) => recordOf(`member-${i}`));

  test('a seed lists a part of the members, and says that there are more', () => {
    const seed = crowded(300);
    const reply = accepted(ask(seed, requestOf('new')));
    assert.equal(reply.members.length, 64);
    assert.equal(new Set(reply.members.map((record) => record.nodeId)).size, 64);
    assert.equal(reply.hasMore, true);
  });

  test('a seed tells a newcomer that it is held for failed, whatever else it leaves out', () => {
    const seed = crowded(300);
    seed.receive('a', aliveOf('new'));
    seed.receive('a', { kind: 'suspect', nodeId: 'new', epoch: EPOCH, incarnation: 0, from: 'a' });
    const reply = accepted(ask(seed, requestOf('new')));
    assert.equal(reply.members.find((record) => record.nodeId === 'new')?.state, 'suspect');
    assert.equal(reply.members.length, 64);
  });

  test('a newcomer announces itself to a few members only', () => {
    const engine = new EngineUnderTest();
    answer(engine, replyOf({ members: crowd }));
    engine.pass(900, 'greeting');
    assert.equal(sentIn(engine.effects).length, DIRECT_GREETINGS);
  });

  test('a newcomer learns the rest from one member, whichever seeds answer', () => {
    const engine = new EngineUnderTest();
    for (const nodeId of ['seed', 'seed-2', 'seed-3']) {
      answer(engine, replyOf({ sender: recordOf(nodeId), members: crowd.slice(0, 64), hasMore: true }));
    }
    assert.equal(engine.effects.filter((effect) => effect.kind === 'requestSync').length, 1);
  });

  test('a newcomer asks a second time, in case the member that it asked for the rest is gone', () => {
    const engine = new EngineUnderTest();
    answer(engine, replyOf({ members: crowd.slice(0, 64), hasMore: true }));
    engine.pass(30_000, 'greeting');
    const asked = engine.effects.flatMap((effect) => (effect.kind === 'requestSync' ? [effect.nodeId] : []));
    assert.equal(asked.length, 2);
  });

  test('a newcomer exchanges views while it goes on learning of others, and then no more', () => {
    const engine = new EngineUnderTest();
    answer(engine, replyOf({ members: crowd }));
    const syncs = (): number => engine.effects.filter((effect) => effect.kind === 'requestSync' && effect.reason === 'joined').length;
    engine.receive('member-1', aliveOf('late-1'));
    engine.pass(1000, 'greeting');
    assert.equal(syncs(), 1);
    engine.receive('member-1', aliveOf('late-2'));
    engine.pass(3000, 'greeting');
    assert.equal(syncs(), 2);
    engine.pass(60_000, 'greeting');
    assert.equal(syncs(), 2);
    assert.equal(engine.untilTimer('greeting', 0), undefined);
  });

  test('a newcomer has no news in what it is told by an exchange', () => {
    const engine = new EngineUnderTest();
    answer(engine, replyOf());
    engine.take(engine.swim.handleSyncReply({ sender: recordOf('seed'), records: crowd, wanted: [], hasMore: false }, 0).effects);
    assert.equal(engine.swim.nodes().length, 302);
    assert.ok(engine.swim.stats().newsWaiting <= 1);
  });

  function crowded(count: number): EngineUnderTest {
    const engine = new EngineUnderTest().meet('a');
    for (let i = 0; i < count; i += 10) engine.receive('a', ...crowd.slice(i, i + 10).map((record) => aliveOf(record.nodeId)));
    return engine;
  }
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

/** Gives the engine a seed's answer: to what it asks now, if it is not said otherwise. */
function answer(engine: EngineUnderTest, reply: JoinReply, request = engine.swim.createJoinRequest()): readonly SwimEffect[] {
  return engine.take(engine.swim.handleJoinReply(reply, request, engine.now));
}

function repliesIn(effects: readonly SwimEffect[]): JoinReply[] {
  return effects.flatMap((effect) => (effect.kind === 'replyJoin' ? [effect.reply] : []));
}

function accepted(effects: readonly SwimEffect[]): Extract<JoinReply, { kind: 'accepted' }> {
  const [reply] = repliesIn(effects);
  if (reply?.kind !== 'accepted') throw new Error(`Expected to be accepted, got ${JSON.stringify(reply)}`);
  return reply;
}
