import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Part } from '../../../src/swim/messages.ts';
import type { NodeState } from '../../../src/swim/node-info.ts';
import { aliveOf, EngineUnderTest, EPOCH, eventsIn, partsIn, recordOf } from './engine-under-test.ts';

const STATES: readonly NodeState[] = ['alive', 'suspect', 'failed', 'left'];

/** What is held (at incarnation 5) when news about the same life arrives: by the state of the news, below, at and above incarnation 5. */
const TABLE: Readonly<Record<NodeState, Readonly<Record<NodeState, readonly [NodeState, NodeState, NodeState]>>>> = {
  alive: {
    alive: ['alive', 'alive', 'alive'],
    suspect: ['alive', 'suspect', 'suspect'],
    failed: ['alive', 'suspect', 'suspect'],
    left: ['alive', 'left', 'left'],
  },
  suspect: {
    alive: ['suspect', 'suspect', 'alive'],
    suspect: ['suspect', 'suspect', 'suspect'],
    failed: ['suspect', 'suspect', 'suspect'],
    left: ['suspect', 'left', 'left'],
  },
  failed: {
    alive: ['failed', 'failed', 'alive'],
    suspect: ['failed', 'failed', 'suspect'],
    failed: ['failed', 'failed', 'failed'],
    left: ['failed', 'left', 'left'],
  },
  left: {
    alive: ['left', 'left', 'alive'],
    suspect: ['left', 'left', 'suspect'],
    failed: ['left', 'left', 'left'],
    left: ['left', 'left', 'left'],
  },
};

for (const held of STATES) {
  describe(`a node that is held for ${held}`, () => {
    for (const news of STATES) {
      for (const [index, incarnation] of [4, 5, 6].entries()) {
        const expected = TABLE[held][news][index];
        test(`is ${expected} after ${news} at ${['a lower', 'the same', 'a higher'][index]} incarnation`, () => {
          const engine = holding(held, 5);
          engine.receive('other', partOf(news, incarnation));
          assert.equal(engine.stateOf('subject'), expected);
          assert.equal(engine.swim.node('subject')?.incarnation, Math.max(5, incarnation));
        });
      }
    }

    test('is alive in a new life, whatever its incarnation', () => {
      const engine = holding(held, 5);
      engine.receive('other', aliveOf('subject', { epoch: EPOCH + 1, incarnation: 0 }));
      assert.equal(engine.stateOf('subject'), 'alive');
      assert.equal(engine.told('subject').at(-1), held === 'left' ? 'nodeJoined' : 'nodeRestarted');
    });

    test('does not change by news of an older life', () => {
      const engine = holding(held, 5);
      for (const news of STATES) engine.receive('other', { ...partOf(news, 9), epoch: EPOCH - 1 } as Part);
      assert.equal(engine.stateOf('subject'), held);
      assert.equal(engine.swim.node('subject')?.epoch, EPOCH);
    });
  });
}

describe('events', () => {
  test('come in the documented order', () => {
    const engine = holding('alive', 0);
    engine.receive('other', partOf('suspect', 0));
    engine.receive('other', aliveOf('subject', { incarnation: 1, tags: { role: 'worker' } }));
    engine.receive('other', partOf('suspect', 1));
    engine.pass(4000, 'suspicion');
    engine.receive('other', aliveOf('subject', { incarnation: 2, tags: { role: 'worker' } }));
    engine.receive('other', aliveOf('subject', { epoch: EPOCH + 9 }));
    engine.receive('other', { kind: 'left', nodeId: 'subject', epoch: EPOCH + 9, incarnation: 0 });
    engine.receive('other', aliveOf('subject', { epoch: EPOCH + 10 }));
    assert.deepEqual(engine.told('subject'), [
      'nodeJoined',
      'nodeSuspect',
      'nodeRecovered',
      'nodeTagsUpdated',
      'nodeSuspect',
      'nodeFailed',
      'nodeRecovered',
      'nodeRestarted',
      'nodeLeft',
      'nodeJoined',
    ]);
  });

  test('have versions that count them, and the last is that of the view', () => {
    const engine = holding('failed', 0);
    engine.receive('other', aliveOf('subject', { incarnation: 1, tags: { role: 'worker' } }));
    const versions = engine.effects.flatMap((effect) => (effect.kind === 'emit' ? [effect.version] : []));
    assert.deepEqual(
      versions,
      versions.map((_, i) => i + 1),
    );
    assert.ok(versions.length >= 5);
    assert.equal(engine.swim.version, versions.length);
  });

  test('say what a node came back from', () => {
    for (const state of ['suspect', 'failed'] as const) {
      const engine = holding(state, 0);
      const [event] = eventsIn(engine.receive('other', aliveOf('subject', { incarnation: 1 })));
      assert.ok(event?.kind === 'nodeRecovered' && event.previousState === state);
    }
    const [event] = eventsIn(holding('failed', 0).receive('other', partOf('suspect', 1)));
    assert.ok(event?.kind === 'nodeRecovered' && event.previousState === 'failed');
  });

  test('are not repeated by news that is known', () => {
    const engine = holding('alive', 5);
    for (let i = 0; i < 3; i++) {
      engine.receive('other', aliveOf('subject', { incarnation: 5 }), partOf('suspect', 5), partOf('suspect', 5));
      engine.receive('other', partOf('suspect', 6));
    }
    assert.deepEqual(engine.told('subject'), ['nodeJoined', 'nodeSuspect']);
  });

  test('are not made of the end of a node that was never there, and its older announcements bring no ghost', () => {
    for (const end of ['failed', 'left'] as const) {
      const engine = new EngineUnderTest().meet('other');
      engine.receive('other', partOf(end, 5));
      engine.receive('other', aliveOf('subject', { incarnation: 5 }));
      assert.deepEqual(engine.told('subject'), []);
      assert.equal(engine.swim.nodes().length, 2);
      engine.receive('other', aliveOf('subject', { incarnation: 6 }));
      assert.deepEqual(engine.told('subject'), ['nodeJoined']);
    }
  });

  test('are not made of a new life of a node that left when only its failure is heard of, and nobody is told that it said goodbye', () => {
    const engine = holding('left', 5);
    const life = { nodeId: 'subject', epoch: EPOCH + 1, incarnation: 0 };
    engine.receive('other', { kind: 'failed', ...life, from: 'other' });
    // It is not shown any more: its last life is one that nobody here was told of.
    assert.deepEqual(engine.told('subject').slice(-2), ['nodeLeft', 'nodeReaped']);
    engine.pass(1000, 'gossip');
    assert.ok(partsIn(engine.effects, 'failed').some(({ epoch }) => epoch === life.epoch));
    assert.ok(partsIn(engine.effects, 'left').every(({ epoch }) => epoch === EPOCH));
    engine.receive('other', aliveOf('subject', life));
    assert.equal(engine.stateOf('subject'), undefined);
    engine.receive('other', aliveOf('subject', { ...life, incarnation: 1 }));
    assert.deepEqual(engine.told('subject').slice(-2), ['nodeReaped', 'nodeJoined']);
  });

  test('about a change of tags carry the tags before', () => {
    const engine = holding('alive', 0);
    const effects = engine.receive('other', aliveOf('subject', { incarnation: 1, tags: { gpu: 'true' } }));
    const events = effects.flatMap((effect) => (effect.kind === 'emit' ? [effect.event] : []));
    assert.deepEqual(
      events.map((event) => event.kind === 'nodeTagsUpdated' && [event.previousTags, event.node.tags]),
      [[{}, { gpu: 'true' }]],
    );
  });
});

describe('a suspicion', () => {
  test('is failed after the shortest time when nobody else could confirm it', () => {
    const engine = holding('suspect', 0);
    engine.pass(3999, 'suspicion', 'gossip');
    assert.equal(engine.stateOf('subject'), 'suspect');
    engine.pass(1, 'suspicion', 'gossip');
    assert.equal(engine.stateOf('subject'), 'failed');
    assert.equal(partsIn(engine.effects, 'failed').length, 0);
    engine.pass(200, 'gossip');
    assert.deepEqual(partsIn(engine.effects, 'failed', 'other')[0]?.from, 'me');
  });

  test('starts long in a larger cluster, and each new accuser brings its end nearer', () => {
    const engine = new EngineUnderTest().meet('a', 'b', 'c', 'subject');
    engine.receive('a', suspicionBy('a'));
    assert.equal(engine.untilTimer('suspicion', 'subject'), 24_000);
    engine.receive('a', suspicionBy('a'));
    assert.equal(engine.untilTimer('suspicion', 'subject'), 24_000);
    engine.receive('b', suspicionBy('b'));
    assert.equal(Math.round(engine.untilTimer('suspicion', 'subject') ?? 0), 11_381);
    engine.receive('c', suspicionBy('c'));
    assert.equal(engine.untilTimer('suspicion', 'subject'), 4000);
  });

  test('is passed on once for each new accuser', () => {
    const engine = new EngineUnderTest({ tuning: { retransmitMult: 1 } }).meet('a', 'b', 'c', 'subject');
    for (const from of ['a', 'b', 'a', 'b', 'b']) engine.receive('a', suspicionBy(from));
    engine.pass(5000, 'gossip');
    assert.deepEqual(
      partsIn(engine.effects, 'suspect')
        .map((part) => part.from)
        .sort(),
      ['a', 'b'],
    );
  });

  test('is shortened, but not ended, by another node that calls it failed', () => {
    const engine = new EngineUnderTest().meet('a', 'b', 'c', 'subject');
    engine.receive('a', { ...suspicionBy('a'), kind: 'failed' });
    assert.equal(engine.stateOf('subject'), 'suspect');
    assert.equal(engine.untilTimer('suspicion', 'subject'), 4000);
    engine.pass(3999, 'suspicion');
    engine.receive('a', aliveOf('subject', { incarnation: 1 }));
    engine.pass(10_000, 'suspicion');
    assert.deepEqual(engine.told('subject'), ['nodeJoined', 'nodeSuspect', 'nodeRecovered']);
  });

  test('lasts longer by a stall of this process', () => {
    const engine = holding('suspect', 0);
    engine.pass(1000);
    engine.take(engine.swim.noteStall(3000, engine.now));
    assert.equal(engine.untilTimer('suspicion', 'subject'), 6000);
  });

  test('brings its details later when only the suspicion was heard first', () => {
    const engine = holding('alive', 0);
    engine.receive('other', partOf('suspect', 3));
    engine.receive('other', aliveOf('subject', { incarnation: 3, tags: { role: 'worker' } }));
    assert.equal(engine.stateOf('subject'), 'suspect');
    assert.deepEqual(engine.swim.node('subject')?.tags, { role: 'worker' });
  });
});

test('a failed record of an exchange makes a living node suspect at most', () => {
  const engine = holding('alive', 5);
  const reply = {
    sender: recordOf('other'),
    records: [recordOf('subject', { state: 'failed', incarnation: 5 })],
    wanted: [],
    hasMore: false,
  };
  engine.take(engine.swim.handleSyncReply(reply, engine.now).effects);
  assert.equal(engine.stateOf('subject'), 'suspect');
});

test('what is failed or left is forgotten after its time, and not before', () => {
  for (const [state, setting] of [
    ['failed', 'failedRetentionMs'],
    ['left', 'leftRetentionMs'],
  ] as const) {
    const engine = holding(state, 0, { [setting]: 60_000 });
    engine.pass(50_000, 'housekeeping');
    assert.equal(engine.stateOf('subject'), state);
    engine.pass(20_000, 'housekeeping');
    assert.equal(engine.stateOf('subject'), undefined);
    assert.ok(engine.effects.some((effect) => effect.kind === 'memberForgotten' && effect.nodeId === 'subject'));
    assert.deepEqual(engine.told('subject').slice(-2), [state === 'failed' ? 'nodeFailed' : 'nodeLeft', 'nodeReaped']);
    engine.receive('other', aliveOf('subject', { incarnation: 9 }));
    assert.equal(engine.told('subject').at(-1), 'nodeJoined');
  }
});

test('of too many ends the oldest are forgotten first', () => {
  const engine = new EngineUnderTest({ tuning: { maxTombstones: 50 } }).meet('other');
  for (let i = 0; i < 200; i++) {
    engine.now += 1;
    engine.receive('other', { kind: 'left', nodeId: `ghost-${i}`, epoch: EPOCH, incarnation: 0 });
  }
  engine.pass(20_000, 'housekeeping');
  assert.equal(engine.swim.stats().remembered, 51);
  const forgotten = engine.effects.flatMap((effect) => (effect.kind === 'memberForgotten' ? [effect.nodeId] : []));
  assert.deepEqual(
    forgotten,
    Array.from({ length: 150 }, (_, i) => `ghost-${i}`),
  );
  // Nobody was told of them, so nobody is told that they are forgotten.
  assert.deepEqual(
    engine.effects.filter((effect) => effect.kind === 'emit' && effect.event.kind === 'nodeReaped'),
    [],
  );
});

function holding(state: NodeState, incarnation: number, tuning = {}): EngineUnderTest {
  const engine = new EngineUnderTest({ tuning }).meet('other');
  engine.receive('other', aliveOf('subject', { incarnation }));
  if (state === 'left') engine.receive('other', partOf('left', incarnation));
  if (state === 'suspect' || state === 'failed') engine.receive('other', partOf('suspect', incarnation));
  if (state === 'failed') engine.pass(4000, 'suspicion');
  assert.equal(engine.stateOf('subject'), state);
  return engine;
}

function partOf(state: NodeState, incarnation: number): Part {
  const version = { nodeId: 'subject', epoch: EPOCH, incarnation };
  if (state === 'alive') return aliveOf('subject', { incarnation });
  return state === 'left' ? { kind: state, ...version } : { kind: state, ...version, from: 'other' };
}

function suspicionBy(from: string): Extract<Part, { kind: 'suspect' }> {
  return { kind: 'suspect', nodeId: 'subject', epoch: EPOCH, incarnation: 0, from };
}
