import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SwimEffect } from '../../../src/swim/effects.ts';
import type { PingPart } from '../../../src/swim/messages.ts';
import { addressesOf, EngineUnderTest, EPOCH, partsIn, sentIn } from './engine-under-test.ts';

const PROBE = ['probe', 'probeDirect', 'probeVerdict'] as const;

describe('a probe', () => {
  test('that is answered directly asks nobody else and makes the node healthier', () => {
    const { engine, ping, target } = probing('a', 'b', 'c', 'd');
    engine.receive(target, { kind: 'ack', sequence: ping.sequence });
    engine.pass(900, 'probeDirect', 'probeVerdict');
    assert.equal(engine.swim.stats().counters.probesFailed, 0);
    assert.deepEqual(partsIn(engine.effects, 'pingRequest'), []);
  });

  test('that is not answered in time goes through three others and the reliable transport', () => {
    const { engine, ping, target } = probing('a', 'b', 'c', 'd', 'e');
    engine.pass(500, 'probeDirect');
    const requests = sentIn(engine.effects).filter((datagram) => datagram.parts.some((part) => part.kind === 'pingRequest'));
    assert.equal(new Set(requests.map((datagram) => datagram.to)).size, 3);
    assert.ok(requests.every((datagram) => datagram.to !== addressesOf(target).gossipAddress));
    const reliable = engine.effects.filter((effect) => effect.kind === 'sendReliablePing');
    assert.deepEqual(reliable, [
      { kind: 'sendReliablePing', token: ping.sequence, nodeId: target, address: addressesOf(target).address, timeoutMs: 500 },
    ]);
  });

  test('that fails in every way makes the node suspect, by this node', () => {
    const { engine, target } = probing('a', 'b', 'c', 'd');
    engine.pass(1000, 'probeDirect', 'probeVerdict', 'gossip');
    assert.equal(engine.stateOf(target), 'suspect');
    engine.pass(400, 'gossip');
    assert.ok(partsIn(engine.effects, 'suspect').every((part) => part.nodeId === target && part.from === 'me'));
  });

  for (const { by, answer } of [
    {
      by: 'a relay',
      answer: (engine: EngineUnderTest, ping: PingPart) =>
        engine.receive(relaysOf(engine)[0] as string, { kind: 'ack', sequence: ping.sequence }),
    },
    {
      by: 'the reliable transport',
      answer: (engine: EngineUnderTest, ping: PingPart, target: string) =>
        engine.take(
          engine.swim.handleReliablePingResult(
            ping.sequence,
            { kind: 'answered', nodeId: target, epoch: EPOCH, incarnation: 0 },
            engine.now,
          ),
        ),
    },
    {
      by: 'a late direct answer',
      answer: (engine: EngineUnderTest, ping: PingPart, target: string) => engine.receive(target, { kind: 'ack', sequence: ping.sequence }),
    },
  ]) {
    test(`is saved by ${by}`, () => {
      const { engine, ping, target } = probing('a', 'b', 'c', 'd');
      engine.pass(700, 'probeDirect');
      answer(engine, ping, target);
      engine.pass(300, 'probeVerdict');
      assert.equal(engine.stateOf(target), 'alive');
    });
  }

  test('is not saved by somebody who was not asked, by another life, or by a failure report', () => {
    const { engine, ping, target } = probing('a', 'b', 'c', 'd', 'e', 'f');
    engine.pass(700, 'probeDirect');
    const bystander = ['a', 'b', 'c', 'd', 'e', 'f'].find((id) => id !== target && !relaysOf(engine).includes(id)) as string;
    engine.receive(bystander, { kind: 'ack', sequence: ping.sequence });
    engine.receiveFrom({ nodeId: target, epoch: EPOCH + 1, load: 0 }, { kind: 'ack', sequence: ping.sequence });
    engine.take(
      engine.swim.handleReliablePingResult(
        ping.sequence,
        { kind: 'answered', nodeId: target, epoch: EPOCH + 1, incarnation: 0 },
        engine.now,
      ),
    );
    engine.take(engine.swim.handleReliablePingResult(ping.sequence, { kind: 'failed' }, engine.now));
    engine.pass(300, 'probeVerdict');
    assert.equal(engine.stateOf(target), 'suspect');
    assert.ok(engine.effects.some((effect) => effect.kind === 'requestSync' && effect.nodeId === target && effect.reason === 'newLife'));
  });

  test('of a peer that was heard over the reliable transport a moment ago is not held against it', () => {
    const { engine, target } = probing('a', 'b', 'c', 'd');
    engine.pass(600, 'probeDirect');
    engine.swim.noteContact(target, engine.now);
    engine.pass(400, 'probeVerdict');
    assert.equal(engine.stateOf(target), 'alive');
    assert.equal(engine.swim.stats().counters.probesVetoed, 1);
  });

  test('in flight is void after a stall of this process', () => {
    const { engine, target } = probing('a', 'b', 'c', 'd');
    engine.now += 3000;
    engine.take(engine.swim.noteStall(3000, engine.now));
    engine.pass(5000, 'probeDirect', 'probeVerdict');
    assert.equal(engine.stateOf(target), 'alive');
  });

  test('to a suspect carries the suspicion behind the ping', () => {
    const engine = new EngineUnderTest().meet('a');
    engine.receive('a', { kind: 'suspect', nodeId: 'a', epoch: EPOCH, incarnation: 0, from: 'x' });
    // By then the suspicion is no news any more: it travels only for the suspect's sake.
    engine.pass(4000, 'gossip', 'probe');
    assert.equal(engine.swim.stats().newsWaiting, 0);
    engine.effects.length = 0;
    engine.pass(1000, 'probe');
    const [datagram] = sentIn(engine.effects);
    assert.deepEqual(
      datagram?.parts.map((part) => part.kind),
      ['ping', 'alive', 'suspect'],
    );
  });
});

describe('the local health', () => {
  test('suffers from a failed probe for which nobody could be asked', () => {
    const { engine } = probing('a');
    engine.pass(1000, ...PROBE);
    assert.equal(engine.swim.stats().healthScore, 1);
  });

  test('suffers from each relay when nobody at all is heard', () => {
    const { engine } = probing('a', 'b', 'c', 'd');
    engine.now += 1;
    engine.pass(1000, 'probeDirect', 'probeVerdict');
    assert.equal(engine.swim.stats().healthScore, 3);
  });

  test('suffers from a relay that is there and sends no nack, not from one that sends it or may be down itself', () => {
    const { engine, ping } = probing('a', 'b', 'c', 'd');
    engine.pass(600, 'probeDirect');
    const [first, second] = relaysOf(engine) as [string, string, string];
    engine.receive(first, { kind: 'nack', sequence: ping.sequence });
    engine.receive(second);
    engine.pass(400, 'probeVerdict');
    assert.equal(engine.swim.stats().healthScore, 1);
  });

  test('slows probing down', () => {
    const { engine } = probing('a');
    engine.take(engine.swim.noteStall(300, engine.now));
    engine.take(engine.swim.noteStall(300, engine.now));
    engine.pass(1000, 'probe');
    const due = engine.untilTimer('probe', 0) as number;
    assert.ok(due > 2000 && due <= 3000, `next probe in ${due} ms`);
  });

  test('suffers from a suspicion that this node has to refute', () => {
    const engine = new EngineUnderTest().meet('a');
    engine.receive('a', { kind: 'suspect', nodeId: 'me', epoch: EPOCH, incarnation: 0, from: 'a' });
    assert.equal(engine.swim.stats().healthScore, 1);
  });
});

describe('a relay', () => {
  const request = { kind: 'pingRequest', sequence: 77, targetId: 'b', targetEpoch: EPOCH, timeoutMs: 500 } as const;

  test('pings the target at the address it knows, and passes the answer on', () => {
    const engine = new EngineUnderTest().meet('a', 'b');
    const [ping] = partsIn(engine.receive('a', request), 'ping', 'b');
    assert.ok(ping !== undefined && ping.targetId === 'b');
    assert.deepEqual(partsIn(engine.receive('b', { kind: 'ack', sequence: ping.sequence }), 'ack', 'a'), [{ kind: 'ack', sequence: 77 }]);
  });

  test('says at 80 % of the time that there is no answer, and still passes a late one on', () => {
    const engine = new EngineUnderTest().meet('a', 'b');
    const [ping] = partsIn(engine.receive('a', request), 'ping', 'b');
    engine.pass(399, 'relay');
    assert.deepEqual(partsIn(engine.effects, 'nack'), []);
    engine.pass(1, 'relay');
    assert.deepEqual(partsIn(engine.effects, 'nack', 'a'), [{ kind: 'nack', sequence: 77 }]);
    assert.equal(partsIn(engine.receive('b', { kind: 'ack', sequence: ping?.sequence ?? 0 }), 'ack', 'a').length, 1);
  });

  test('asks nobody whom it does not know', () => {
    const engine = new EngineUnderTest().meet('a');
    assert.deepEqual(reasonsIn(engine.receive('a', request)), ['unknownTarget']);
    assert.deepEqual(reasonsIn(engine.meet('b').receive('a', { ...request, targetEpoch: EPOCH + 1 })), ['unknownTarget']);
  });

  test('takes no more than 256 at once', () => {
    const engine = new EngineUnderTest().meet('a', 'b');
    for (let sequence = 0; sequence < 256; sequence++) engine.receive('a', { ...request, sequence });
    assert.deepEqual(reasonsIn(engine.receive('a', request)), ['overloaded']);
  });
});

describe('when phi crosses its threshold', () => {
  test('a full probe starts at once, and its failure makes the peer suspect with its phi', () => {
    const engine = new EngineUnderTest().meet('a', 'b', 'c');
    for (let i = 0; i < 20; i++) beat(engine);
    engine.effects.length = 0;
    engine.pass(2700, 'heartbeat', 'phiCheck');
    const reliable = engine.effects.filter((effect) => effect.kind === 'sendReliablePing');
    assert.deepEqual(reliable.map((effect) => effect.nodeId).sort(), ['a', 'b', 'c']);
    engine.pass(500, 'probeVerdict');
    const suspect = engine.effects.find((effect) => effect.kind === 'emit' && effect.event.kind === 'nodeSuspect');
    assert.ok(suspect?.kind === 'emit' && suspect.event.kind === 'nodeSuspect' && (suspect.event.phi ?? 0) > 8);
  });

  test('no state changes by itself', () => {
    const engine = new EngineUnderTest().meet('a');
    for (let i = 0; i < 20; i++) beat(engine);
    engine.pass(60_000, 'heartbeat', 'phiCheck');
    assert.ok((engine.swim.phi('a', engine.now) ?? 0) > 100);
    assert.equal(engine.stateOf('a'), 'alive');
  });
});

/** An engine that has just sent its first probe. */
function probing(...others: readonly string[]): { engine: EngineUnderTest; ping: PingPart; target: string } {
  const engine = new EngineUnderTest().meet(...others);
  engine.effects.length = 0;
  while (partsIn(engine.effects, 'ping').length === 0) engine.pass(1, 'probe');
  const ping = partsIn(engine.effects, 'ping')[0] as PingPart;
  return { engine, ping, target: ping.targetId };
}

function relaysOf(engine: EngineUnderTest): string[] {
  const asked = sentIn(engine.effects).filter((datagram) => datagram.parts.some((part) => part.kind === 'pingRequest'));
  return asked.map((datagram) => datagram.to.replace(':2', ''));
}

/** One round of heartbeats, answered at once. */
function beat(engine: EngineUnderTest): void {
  engine.effects.length = 0;
  engine.pass(1000, 'heartbeat');
  for (const { parts } of sentIn(engine.effects)) {
    for (const part of parts) if (part.kind === 'ping') engine.receive(part.targetId, { kind: 'ack', sequence: part.sequence });
  }
}

function reasonsIn(effects: readonly SwimEffect[]): string[] {
  return effects.flatMap((effect) => (effect.kind === 'dropped' ? [effect.reason] : []));
}
