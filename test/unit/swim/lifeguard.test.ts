import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LIFEGUARD_PARTS, type LifeguardPart } from '../../../src/swim/lifeguard.ts';
import type { PingPart } from '../../../src/swim/messages.ts';
import { EngineUnderTest, EPOCH, partsIn, sentIn } from './engine-under-test.ts';

/** What each part of Lifeguard changes, in numbers: once with it and once without. */
const EFFECTS: Readonly<
  Record<LifeguardPart, { readonly what: string; readonly on: unknown; readonly off: unknown; measure(made: MakeEngine): unknown }>
> = {
  healthScore: {
    what: 'the score after a suspicion that had to be refuted',
    on: 1,
    off: 0,
    measure(made) {
      const engine = made().meet('a');
      engine.receive('a', { kind: 'suspect', nodeId: 'me', epoch: EPOCH, incarnation: 0, from: 'a' });
      return engine.swim.stats().healthScore;
    },
  },
  confirmations: {
    what: 'how long a suspicion of one accuser lasts',
    on: 24_000,
    off: 4_000,
    measure(made) {
      const engine = made().meet('a', 'b', 'c', 'd');
      engine.receive('a', { kind: 'suspect', nodeId: 'b', epoch: EPOCH, incarnation: 0, from: 'a' });
      return engine.untilTimer('suspicion', 'b');
    },
  },
  buddy: {
    what: 'the parts of a ping to a suspect',
    on: ['ping', 'alive', 'suspect'],
    off: ['ping', 'alive'],
    measure(made) {
      const engine = made().meet('a');
      engine.receive('a', { kind: 'suspect', nodeId: 'a', epoch: EPOCH, incarnation: 0, from: 'x' });
      engine.pass(4000, 'gossip', 'probe');
      engine.effects.length = 0;
      engine.pass(1000, 'probe');
      return sentIn(engine.effects)[0]?.parts.map((part) => part.kind);
    },
  },
  nack: {
    what: 'the nacks of a relay, and the score of a node of whose relays one sent none',
    on: [1, 2],
    off: [0, 1],
    measure(made) {
      const relay = made().meet('a', 'b');
      relay.receive('a', { kind: 'pingRequest', sequence: 7, targetId: 'b', targetEpoch: EPOCH, timeoutMs: 500 });
      relay.pass(400, 'relay');
      const { engine, ping } = probing(made().meet('a', 'b', 'c', 'd'));
      engine.pass(600, 'probeDirect');
      const [first, second, third] = relaysOf(engine) as [string, string, string];
      engine.receive(first, { kind: 'nack', sequence: ping.sequence });
      engine.receive(second);
      engine.receive(third);
      engine.pass(400, 'probeVerdict');
      return [partsIn(relay.effects, 'nack', 'a').length, engine.swim.stats().healthScore];
    },
  },
  stallRecognition: {
    what: 'the state of a node whose probe was in flight during a stall',
    on: 'alive',
    off: 'suspect',
    measure(made) {
      const { engine, ping } = probing(made().meet('a', 'b', 'c', 'd'));
      engine.now += 3000;
      engine.take(engine.swim.noteStall(3000, engine.now));
      engine.pass(5000, 'probeDirect', 'probeVerdict');
      return engine.stateOf(ping.targetId);
    },
  },
};

describe('without', () => {
  for (const part of LIFEGUARD_PARTS) {
    const { what, on, off, measure } = EFFECTS[part];
    test(`${part}, ${what} is another`, () => {
      assert.deepEqual(
        measure(() => new EngineUnderTest()),
        on,
      );
      assert.deepEqual(
        measure(() => new EngineUnderTest({ without: [part] })),
        off,
      );
    });
  }
});

type MakeEngine = () => EngineUnderTest;

/** An engine that has just sent its first probe. */
function probing(engine: EngineUnderTest): { engine: EngineUnderTest; ping: PingPart } {
  engine.effects.length = 0;
  while (partsIn(engine.effects, 'ping').length === 0) engine.pass(1, 'probe');
  return { engine, ping: partsIn(engine.effects, 'ping')[0] as PingPart };
}

function relaysOf(engine: EngineUnderTest): string[] {
  const asked = sentIn(engine.effects).filter((datagram) => datagram.parts.some((part) => part.kind === 'pingRequest'));
  return asked.map((datagram) => datagram.to.replace(':2', ''));
}
