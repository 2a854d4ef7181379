import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MAX_FOLLOWED } from '../../../src/swim/load-follower.ts';
import { EngineUnderTest, EPOCH, partsIn } from './engine-under-test.ts';

/** Ids of that many nodes. */
function named(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `w${i}`);
}

function following(count: number): EngineUnderTest {
  const engine = new EngineUnderTest().meet(...named(count));
  engine.pass(2000, 'loads');
  engine.take(engine.swim.followLoads(named(count), engine.now));
  engine.effects.length = 0;
  return engine;
}

describe('loads that are followed', () => {
  it('are asked for when they are older than the interval, each node once in it', () => {
    const engine = following(10);
    engine.pass(1000, 'loads');
    for (const nodeId of named(10)) assert.equal(partsIn(engine.effects, 'ping', nodeId).length, 1, nodeId);
    assert.equal(engine.swim.stats().counters.loadPingsSent, 10);
  });

  it('are not asked for while something else brings them', () => {
    const engine = following(2);
    for (let i = 0; i < 10; i++) {
      engine.receiveFrom({ nodeId: 'w0', epoch: EPOCH, load: i });
      engine.pass(500, 'loads');
    }
    assert.deepEqual(partsIn(engine.effects, 'ping', 'w0'), []);
    assert.ok(partsIn(engine.effects, 'ping', 'w1').length >= 4);
  });

  it('are reported each time they are heard, and those of others only when they change', () => {
    const engine = new EngineUnderTest().meet('a', 'b');
    engine.take(engine.swim.followLoads(['a'], engine.now));
    engine.effects.length = 0;
    for (const nodeId of ['a', 'b']) for (const load of [3, 3]) engine.receiveFrom({ nodeId, epoch: EPOCH, load });
    const reports = engine.effects.flatMap((effect) => (effect.kind === 'loadChanged' ? [`${effect.nodeId} ${effect.load}`] : []));
    assert.deepEqual(reports, ['a 3', 'a 3', 'b 3']);
  });

  it('cost at most 50 pings a second, however many there are, and all get their turn', () => {
    const engine = following(300);
    engine.pass(10_000, 'loads');
    assert.equal(engine.swim.stats().counters.loadPingsSent, 500);
    const asked = new Set(partsIn(engine.effects, 'ping').map(({ targetId }) => targetId));
    assert.equal(asked.size, MAX_FOLLOWED);
  });

  it('are answered without being taken for strangers, and are not asked of nodes that are gone', () => {
    const engine = following(2);
    engine.receive('w1', { kind: 'left', nodeId: 'w1', epoch: EPOCH, incarnation: 0 });
    engine.pass(100, 'loads');
    const [ping] = partsIn(engine.effects, 'ping', 'w0');
    engine.receiveFrom({ nodeId: 'w0', epoch: EPOCH, load: 4 }, { kind: 'ack', sequence: ping?.sequence ?? -1 });
    assert.equal(engine.swim.stats().counters.dropped.unmatched, undefined);
    assert.equal(engine.swim.node('w0')?.load, 4);
    engine.pass(5000, 'loads');
    assert.deepEqual(partsIn(engine.effects, 'ping', 'w1'), []);
  });

  it('are asked for no more when nobody wants them', () => {
    const engine = following(5);
    engine.take(engine.swim.followLoads([], engine.now));
    engine.pass(10_000, 'loads');
    assert.equal(engine.swim.stats().counters.loadPingsSent, 0);
    assert.equal(engine.untilTimer('loads', 0), undefined);
  });
});
