import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { aliveOf, EngineUnderTest, EPOCH, recordOf, sentIn } from './engine-under-test.ts';

describe('a node that was expelled', () => {
  const expelled = (): EngineUnderTest => {
    const engine = new EngineUnderTest().meet('a', 'b');
    engine.take(engine.swim.setExpelled('b', true, 0));
    return engine;
  };

  test('has left, and nobody is told by gossip', () => {
    const engine = expelled();
    assert.equal(engine.stateOf('b'), 'left');
    assert.deepEqual(engine.told('b'), ['nodeJoined', 'nodeLeft']);
    engine.effects.length = 0;
    engine.pass(20_000, 'gossip', 'heartbeat');
    const about = sentIn(engine.effects).flatMap(({ to, parts }) =>
      parts.filter((part) => to === 'b:2' || ('nodeId' in part && part.nodeId === 'b')),
    );
    assert.deepEqual(about, []);
  });

  test('gets no answer, and nothing it says is used', () => {
    const engine = expelled();
    const effects = engine.receive('b', { kind: 'ping', sequence: 1, targetId: 'me', targetEpoch: EPOCH }, aliveOf('c'));
    assert.deepEqual(sentIn(effects), []);
    assert.equal(engine.stateOf('c'), undefined);
    assert.equal(engine.swim.stats().counters.dropped.expelled, 1);
  });

  test('does not come back by what others say of it, with a new life, or from an exchange', () => {
    const engine = expelled();
    engine.receive('a', aliveOf('b', { incarnation: 9 }), aliveOf('b', { epoch: EPOCH + 9 }));
    engine.receive('a', { kind: 'suspect', nodeId: 'b', epoch: EPOCH, incarnation: 20, from: 'a' });
    const reply = { sender: recordOf('a'), records: [recordOf('b', { epoch: EPOCH + 10 })], wanted: [], hasMore: false };
    engine.take(engine.swim.handleSyncReply(reply, 0).effects);
    assert.equal(engine.stateOf('b'), 'left');
    assert.deepEqual(engine.told('b'), ['nodeJoined', 'nodeLeft']);
  });

  test('comes back when it was readmitted', () => {
    const engine = expelled();
    engine.take(engine.swim.setExpelled('b', false, 0));
    engine.receive('b', aliveOf('b', { epoch: EPOCH + 1 }));
    assert.equal(engine.stateOf('b'), 'alive');
  });

  test('that nobody knew stays unknown', () => {
    const engine = new EngineUnderTest().meet('a');
    engine.take(engine.swim.setExpelled('x', true, 0));
    engine.receive('a', aliveOf('x'));
    assert.equal(engine.stateOf('x'), undefined);
  });
});
