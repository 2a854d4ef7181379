import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { aliveOf, EngineUnderTest, EPOCH, recordOf } from './engine-under-test.ts';

describe('a cluster that has as many members as it may have', () => {
  const full = (): EngineUnderTest => new EngineUnderTest({ tuning: { maxMembers: 4 } }).meet('a', 'b', 'c');

  test('refuses a newcomer, and takes those that it knows', () => {
    const seed = full();
    const ask = (nodeId: string, epoch: number): unknown => {
      const request = { clusterName: 'default', minVersion: 1, maxVersion: 1, self: recordOf(nodeId, { epoch }) };
      const answer = seed.take(seed.swim.handleJoinRequest(request, 1, seed.now)).find((effect) => effect.kind === 'replyJoin');
      return answer?.kind === 'replyJoin' && (answer.reply.kind === 'refused' ? answer.reply.reason : 'accepted');
    };
    assert.equal(ask('d', EPOCH), 'full');
    assert.equal(ask('a', EPOCH + 1), 'accepted');
    seed.receive('b', { kind: 'left', nodeId: 'b', epoch: EPOCH, incarnation: 0 });
    assert.equal(ask('d', EPOCH), 'accepted');
    assert.equal(ask('b', EPOCH + 1), 'full');
  });

  test('takes nobody in by gossip or an exchange, counts it, and asks nobody who that is', () => {
    const engine = full();
    engine.effects.length = 0;
    engine.receive('a', aliveOf('d'));
    engine.receive('d', aliveOf('d'));
    engine.take(engine.swim.handleSyncReply({ sender: recordOf('a'), records: [recordOf('e')], wanted: [], hasMore: true }, 1).effects);
    assert.equal(engine.swim.nodes().length, 4);
    assert.equal(engine.swim.stats().counters.dropped.membersFull, 3);
    assert.ok(!engine.effects.some((effect) => effect.kind === 'requestSync'));
  });

  test('does not grow by nodes that come back, in whatever way', () => {
    const engine = full();
    for (let i = 0; i < 100; i++) {
      const nodeId = `ghost-${i}`;
      engine.receive('a', { kind: 'left', nodeId, epoch: EPOCH, incarnation: 0 });
      engine.receive('a', aliveOf(nodeId, { incarnation: 1 }));
      engine.receive('a', aliveOf(nodeId, { epoch: EPOCH + 1 }));
      engine.receive('a', { kind: 'suspect', nodeId, epoch: EPOCH, incarnation: 5, from: 'a' });
    }
    const { alive, suspect } = engine.swim.stats();
    assert.deepEqual([alive, suspect], [4, 0]);
    // There is room for one again.
    engine.receive('b', { kind: 'left', nodeId: 'b', epoch: EPOCH, incarnation: 0 });
    engine.receive('a', aliveOf('ghost-7', { incarnation: 9 }));
    engine.receive('a', aliveOf('ghost-8', { incarnation: 9 }));
    assert.equal(engine.swim.stats().alive, 4);
    assert.equal(engine.stateOf('ghost-7'), 'alive');
  });
});

test('2,000 nodes that come and go within a second do not fill the memory', () => {
  const engine = new EngineUnderTest({ tuning: { maxTombstones: 50 } }).meet('other');
  let most = 0;
  for (let i = 0; i < 2_000; i++) {
    engine.now += 0.1;
    engine.receive('other', aliveOf(`life-${i}`), { kind: 'left', nodeId: `life-${i}`, epoch: EPOCH, incarnation: 0 });
    most = Math.max(most, engine.swim.stats().remembered);
    engine.effects.length = 0;
  }
  // Those remembered, a quarter more, and 64.
  assert.ok(most <= 1 + 50 * 1.25 + 64 + 1, `${most} entries`);
  assert.ok(engine.swim.stats().newsWaiting <= most);
});
