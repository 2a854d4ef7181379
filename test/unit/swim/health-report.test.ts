import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EngineUnderTest, EPOCH, eventsIn, partsIn } from './engine-under-test.ts';

describe('the health of this node', () => {
  test('is told when it changes, with the worst there is', () => {
    const engine = new EngineUnderTest().meet('a');
    accuse(engine);
    assert.deepEqual(told(engine), [{ score: 1, max: 7 }]);
  });

  test('is told at most once a second, and then as it is', () => {
    const engine = new EngineUnderTest().meet('a');
    accuse(engine);
    for (let i = 0; i < 3; i++) {
      engine.pass(100, 'localHealth');
      accuse(engine);
    }
    assert.deepEqual(told(engine), [{ score: 1, max: 7 }]);
    engine.pass(699, 'localHealth');
    assert.equal(told(engine).length, 1);
    engine.pass(1, 'localHealth');
    assert.deepEqual(told(engine).slice(1), [{ score: 4, max: 7 }]);
    engine.pass(60_000, 'localHealth');
    assert.equal(told(engine).length, 2);
  });

  test('is not told when it is as before within the second', () => {
    const engine = new EngineUnderTest({ tuning: { probeIntervalMs: 500, probeTimeoutMs: 200 } }).meet('a');
    accuse(engine);
    accuse(engine);
    engine.effects.length = 0;
    engine.pass(900, 'probe');
    for (const { sequence } of partsIn(engine.effects, 'ping', 'a').slice(0, 1)) engine.receive('a', { kind: 'ack', sequence });
    assert.equal(engine.swim.stats().healthScore, 1);
    engine.pass(5000, 'localHealth');
    assert.deepEqual(told(engine), []);
  });

  test('is not told after the node has gone', () => {
    const engine = new EngineUnderTest().meet('a');
    accuse(engine);
    accuse(engine);
    engine.take(engine.swim.stop(engine.now));
    engine.take(engine.swim.noteStall(300, engine.now));
    engine.pass(5000);
    assert.equal(told(engine).length, 1);
    assert.equal(engine.untilTimer('localHealth', 0), undefined);
  });
});

function told(engine: EngineUnderTest): { score: number; max: number }[] {
  return eventsIn(engine.effects).flatMap((event) => (event.kind === 'localHealth' ? [{ score: event.score, max: event.max }] : []));
}

/** Somebody suspects this node, which has to object. */
function accuse(engine: EngineUnderTest): void {
  const incarnation = engine.swim.node('me')?.incarnation ?? 0;
  engine.receive('a', { kind: 'suspect', nodeId: 'me', epoch: EPOCH, incarnation, from: 'a' });
}
