import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EngineUnderTest, EPOCH, eventsIn, partsIn, recordOf } from './engine-under-test.ts';

const newcomer = recordOf('a', { epoch: EPOCH + 7, address: 'elsewhere:1', gossipAddress: 'elsewhere:2' });
const conflict = { kind: 'nameConflict', nodeId: 'a', ownerAddress: 'a:1', rivalAddress: 'elsewhere:1', hasStopped: false } as const;

describe('two live processes with one name', () => {
  test('are told of by the seed, which tells the owner too', () => {
    const seed = new EngineUnderTest().meet('a', 'b');
    const [ping] = partsIn(ask(seed), 'ping', 'a');
    const effects = seed.receive('a', { kind: 'ack', sequence: ping?.sequence ?? 0 });
    assert.deepEqual(conflictsIn(effects), [conflict]);
    assert.deepEqual(partsIn(effects, 'rival', 'a'), [{ kind: 'rival', address: 'elsewhere:1' }]);
  });

  test('are told of by the owner that hears it, at most once a second', () => {
    const owner = new EngineUnderTest().meet('seed');
    const own = { ...conflict, nodeId: 'me', ownerAddress: 'me:1' };
    assert.deepEqual(conflictsIn(owner.receive('seed', { kind: 'rival', address: 'elsewhere:1' })), [own]);
    assert.deepEqual(conflictsIn(owner.receive('seed', { kind: 'rival', address: 'elsewhere:1' })), []);
    owner.pass(1000, 'gossip');
    assert.deepEqual(conflictsIn(owner.receive('seed', { kind: 'rival', address: 'other:1' })), [{ ...own, rivalAddress: 'other:1' }]);
    assert.equal(owner.stateOf('me'), 'alive');
  });

  test('are told of by the owner that the rival asks to join, and by the rival once', () => {
    const owner = new EngineUnderTest();
    const request = { clusterName: 'default', minVersion: 1, maxVersion: 1, self: { ...newcomer, nodeId: 'me' } };
    const effects = owner.take(owner.swim.handleJoinRequest(request, 7, 0));
    const own = { ...conflict, nodeId: 'me', ownerAddress: 'me:1' };
    assert.deepEqual(conflictsIn(effects), [own]);
    const answer = effects.find((effect) => effect.kind === 'replyJoin');
    assert.ok(answer?.kind === 'replyJoin' && answer.reply.kind === 'refused');
    assert.match(answer.reply.message, /answers at me:1: give the node at elsewhere:1 another nodeId/);
    const rival = new EngineUnderTest({ address: 'elsewhere:1', gossipAddress: 'elsewhere:2' });
    assert.deepEqual(conflictsIn(rival.swim.handleJoinReply(answer.reply, request, 0)), [own]);
    assert.deepEqual(conflictsIn(rival.swim.handleJoinReply(answer.reply, request, 1)), []);
  });

  test('are told of by the one that gives up and by the one that it asked', () => {
    const older = new EngineUnderTest().meet('b');
    const younger = new EngineUnderTest({ epoch: EPOCH + 7, address: 'elsewhere:1', gossipAddress: 'elsewhere:2' }).meet('b');
    const asked = older.receive('b', { kind: 'alive', ...newcomer, nodeId: 'me' });
    const question = partsIn(asked, 'ping').find((part) => part.targetEpoch === EPOCH + 7);
    assert.ok(question);
    const header = { nodeId: 'me', epoch: EPOCH, load: 0 };
    const heard = younger.receiveAt('me:2', header, question, { kind: 'alive', ...recordOf('me') });
    const own = { ...conflict, nodeId: 'me', ownerAddress: 'elsewhere:1', rivalAddress: 'me:1' };
    assert.deepEqual(conflictsIn(heard), [own]);
    const end = older.receiveAt('elsewhere:2', { ...header, epoch: EPOCH + 7 }, { kind: 'ack', sequence: question.sequence });
    assert.deepEqual(conflictsIn(end), [{ ...own, hasStopped: true }]);
    assert.deepEqual(conflictsIn(older.receive('b', { kind: 'rival', address: 'elsewhere:1' })), []);
  });

  test('are asked for once, however many wait for the answer, and all of them get it', () => {
    const seed = new EngineUnderTest().meet('a', 'b');
    const [ping] = partsIn(ask(seed), 'ping', 'a');
    const again = ask(seed);
    assert.deepEqual(partsIn(again, 'ping'), []);
    assert.deepEqual(reliablePingsIn(again), []);
    const effects = seed.receive('a', { kind: 'ack', sequence: ping?.sequence ?? 0 });
    const answers = effects
      .filter((effect) => effect.kind === 'replyJoin')
      .map((effect) => effect.kind === 'replyJoin' && effect.reply.kind);
    assert.deepEqual(answers, ['refused', 'refused']);
  });

  test('that are made up cause at most four questions at a time, and the next when those are over', () => {
    const engine = new EngineUnderTest().meet('b');
    const claim = (i: number) => ({ kind: 'alive', ...newcomer, nodeId: 'me', epoch: EPOCH + i }) as const;
    const effects = Array.from({ length: 50 }, (_, i) => engine.receive('b', claim(i + 1))).flat();
    assert.equal(partsIn(effects, 'ping').length, 4);
    assert.equal(reliablePingsIn(effects).length, 4);
    assert.equal(engine.swim.stats().counters.dropped.overloaded, 46);
    engine.pass(10_000, 'nameCheck');
    assert.equal(reliablePingsIn(engine.receive('b', claim(10_000))).length, 1);
  });

  test('are not told of when an earlier life of this very node is only heard late', () => {
    const engine = new EngineUnderTest({ epoch: EPOCH + 7 }).meet('b');
    const header = { nodeId: 'me', epoch: EPOCH, load: 0 };
    const late = { kind: 'ping', sequence: 1, targetId: 'me', targetEpoch: EPOCH } as const;
    assert.deepEqual(conflictsIn(engine.receiveAt('old:2', header, late, { kind: 'alive', ...recordOf('me', { address: 'old:1' }) })), []);
    assert.deepEqual(conflictsIn(engine.receive('b', { kind: 'rival', address: 'me:1' })), []);
  });
});

function ask(seed: EngineUnderTest): ReturnType<EngineUnderTest['take']> {
  return seed.take(seed.swim.handleJoinRequest({ clusterName: 'default', minVersion: 1, maxVersion: 1, self: newcomer }, 7, seed.now));
}

function reliablePingsIn(effects: Parameters<typeof eventsIn>[0]): unknown[] {
  return effects.filter((effect) => effect.kind === 'sendReliablePing');
}

function conflictsIn(effects: Parameters<typeof eventsIn>[0]): unknown[] {
  return eventsIn(effects).filter((event) => event.kind === 'nameConflict');
}
