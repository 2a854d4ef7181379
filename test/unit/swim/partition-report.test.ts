import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PartitionDetector } from '../../../src/detector/partition.ts';
import { resolveSwimSettings } from '../../../src/swim/settings.ts';
import { aliveOf, EngineUnderTest, EPOCH, eventsIn, partsIn } from './engine-under-test.ts';

const LOST = ['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];

describe('a reported partition', () => {
  test('is not over because failed members are forgotten when there are too many tombstones', () => {
    const engine = apart({ maxTombstones: 0 }, 0.3);
    engine.pass(60_000, 'housekeeping', 'partition', 'reconnect');
    const forgotten = engine.effects.filter((effect) => effect.kind === 'memberForgotten');
    assert.equal(forgotten.length, 5);
    // Whatever changes the size asks for the verdict again.
    engine.receive('a', aliveOf('late'));
    assert.deepEqual(partitionKinds(engine), ['partitionSuspected', 'partitionDetected']);
  });

  test('keeps the members it is made of, to look for them', () => {
    const engine = apart({ failedRetentionMs: 60_000 });
    engine.effects.length = 0;
    engine.pass(3_600_000, 'housekeeping', 'partition', 'reconnect');
    assert.equal(
      engine.effects.some((effect) => effect.kind === 'memberForgotten'),
      false,
    );
    assert.ok(engine.effects.filter((effect) => effect.kind === 'requestSync' && effect.reason === 'reconnect').length > 20);
  });

  test('is over when enough of those that failed say goodbye', () => {
    const engine = apart({});
    for (const nodeId of LOST.slice(1)) engine.receive('a', { kind: 'left', nodeId, epoch: EPOCH, incarnation: 0 });
    assert.deepEqual(partitionKinds(engine), ['partitionSuspected', 'partitionDetected', 'partitionHealed']);
  });
});

test('a stall of this process while a partition is in doubt does not make it one', () => {
  const engine = doubtful({});
  engine.now += 60_000;
  engine.take(engine.swim.noteStall(60_000, engine.now));
  engine.pass(0, 'partition');
  assert.deepEqual(partitionKinds(engine), ['partitionSuspected']);
  assert.ok((engine.untilTimer('partition', 0) ?? 0) > 20_000);
  engine.pass(31_000, 'partition');
  assert.deepEqual(partitionKinds(engine), ['partitionSuspected', 'partitionDetected']);
});

describe('an accepted size', () => {
  test('ends a partition at once, and gives up whom it missed', () => {
    const engine = apart({});
    assert.equal(engine.swim.partition.hasQuorum(engine.now), false);
    assert.deepEqual([...accept(engine)].sort(), LOST);
    assert.deepEqual(partitionKinds(engine).at(-1), 'partitionHealed');
    assert.equal(engine.swim.partition.hasQuorum(engine.now), true);
    for (const nodeId of LOST) assert.equal(engine.stateOf(nodeId), 'left');
    assert.deepEqual(accept(engine), []);
  });

  test('is passed on as goodbyes, and ends the partition of others', () => {
    const engine = apart({});
    accept(engine);
    engine.effects.length = 0;
    engine.pass(3000, 'gossip');
    const passedOn = new Set(partsIn(engine.effects, 'left', 'a').map(({ nodeId }) => nodeId));
    assert.deepEqual([...passedOn].sort(), LOST);
  });

  test('does not keep out a node that lives after all', () => {
    const engine = apart({});
    accept(engine);
    engine.receive('b', aliveOf('b', { incarnation: 1 }));
    assert.equal(engine.stateOf('b'), 'alive');
    assert.equal(engine.told('b').at(-1), 'nodeJoined');
  });

  test('gives up also those that were forgotten', () => {
    const engine = apart({ maxTombstones: 0 }, 0.3);
    engine.pass(60_000, 'housekeeping', 'partition', 'reconnect');
    assert.equal(accept(engine).length, LOST.length);
    assert.equal(engine.swim.partition.hasQuorum(engine.now), true);
  });

  test('of another node gives up here those that were forgotten', () => {
    const engine = apart({ maxTombstones: 0 }, 0.3);
    engine.pass(60_000, 'housekeeping', 'partition', 'reconnect');
    for (const nodeId of LOST) engine.receive('a', { kind: 'left', nodeId, epoch: EPOCH, incarnation: 0 });
    assert.deepEqual(engine.swim.partition.missedIds(engine.now), []);
    assert.equal(partitionKinds(engine).at(-1), 'partitionHealed');
  });

  test('changes nothing while nobody is missed', () => {
    const engine = new EngineUnderTest().meet('a', 'b');
    assert.deepEqual(accept(engine), []);
    assert.equal(engine.stateOf('b'), 'alive');
  });
});

test('lost nodes that are expelled are not missed, also when they were forgotten', () => {
  const engine = apart({ maxTombstones: 0 }, 0.3);
  engine.pass(60_000, 'housekeeping', 'partition', 'reconnect');
  for (const nodeId of LOST) engine.take(engine.swim.setExpelled(nodeId, true, engine.now));
  assert.deepEqual(engine.swim.partition.missedIds(engine.now), []);
  assert.equal(partitionKinds(engine).at(-1), 'partitionHealed');
});

test('a node that is alone has a quorum', () => {
  assert.equal(new EngineUnderTest().swim.partition.hasQuorum(0), true);
});

test('a stall of a node that has stopped sets no timer', () => {
  const engine = new EngineUnderTest().meet('a', 'b', 'c');
  engine.receive('a', { kind: 'suspect', nodeId: 'b', epoch: EPOCH, incarnation: 0, from: 'a' });
  engine.take(engine.swim.stop(100));
  assert.deepEqual(engine.take(engine.swim.noteStall(10_000, 10_100)), []);
  engine.now = 10_100;
  engine.pass(600_000);
  assert.equal(engine.stateOf('b'), 'suspect');
});

test('a node that has stopped has no quorum', () => {
  const engine = new EngineUnderTest().meet('a');
  assert.equal(engine.swim.partition.hasQuorum(0), true);
  engine.swim.stop(0);
  assert.equal(engine.swim.partition.hasQuorum(0), false);
});

test('no profile forgets a failed node sooner than a partition would miss it', () => {
  for (const profile of ['lan', 'wan', 'local'] as const) assert.ok(resolveSwimSettings({ profile }).failedRetentionMs >= 600_000, profile);
});

/** This node and `a` have lost the others, and the grace time runs. */
function doubtful(tuning: object, threshold = 0.5): EngineUnderTest {
  const engine = new EngineUnderTest({ tuning, partition: new PartitionDetector('me', { threshold }) }).meet('a', ...LOST);
  engine.pass(70_000, 'gossip', 'housekeeping');
  for (const nodeId of LOST) {
    for (const from of ['a', 'b', 'c']) engine.receive('a', { kind: 'suspect', nodeId, epoch: EPOCH, incarnation: 0, from });
  }
  engine.pass(5000, 'suspicion', 'gossip', 'reconnect', 'housekeeping');
  for (const nodeId of LOST) assert.equal(engine.stateOf(nodeId), 'failed');
  return engine;
}

function apart(tuning: object, threshold?: number): EngineUnderTest {
  const engine = doubtful(tuning, threshold);
  engine.pass(31_000, 'partition', 'gossip', 'reconnect', 'housekeeping');
  assert.deepEqual(partitionKinds(engine), ['partitionSuspected', 'partitionDetected']);
  return engine;
}

function accept(engine: EngineUnderTest): readonly string[] {
  const nodeIds = engine.swim.partition.missedIds(engine.now);
  engine.take(engine.swim.acceptSize(engine.now));
  return nodeIds;
}

function partitionKinds(engine: EngineUnderTest): string[] {
  return eventsIn(engine.effects).flatMap(({ kind }) => (kind.startsWith('partition') ? [kind] : []));
}
