import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { SwimEffect } from '../../../src/swim/effects.ts';
import { writeHeader, writePart } from '../../../src/swim/message-codec.ts';
import type { Part } from '../../../src/swim/messages.ts';
import { ByteWriter } from '../../../src/util/byte-writer.ts';
import { addressesOf, aliveOf, assertAbove, EngineUnderTest, EPOCH, partsIn, sentIn } from './engine-under-test.ts';

describe('a ping', () => {
  test('is answered to the address that is known of the sender', () => {
    const engine = new EngineUnderTest().meet('a');
    const effects = engine.receive('a', ping('me', EPOCH));
    assert.deepEqual(partsIn(effects, 'ack', 'a'), [{ kind: 'ack', sequence: 5 }]);
  });

  test('for another node or a coming life is not answered', () => {
    const engine = new EngineUnderTest().meet('a');
    for (const wrong of [ping('you', EPOCH), ping('me', EPOCH + 1)]) {
      const effects = engine.receive('a', wrong);
      assert.deepEqual(reasonsIn(effects), ['wrongTarget']);
      assert.deepEqual(sentIn(effects), []);
    }
  });

  test('for an earlier life is answered with what this life is', () => {
    const engine = new EngineUnderTest().meet('a');
    assert.equal(partsIn(engine.receive('a', ping('me', EPOCH - 1)), 'alive', 'a')[0]?.epoch, EPOCH);
  });

  test('of a stranger is not answered, but somebody is asked who that is, once a second', () => {
    const engine = new EngineUnderTest().meet('a');
    const effects = engine.receive('stranger', ping('me', EPOCH));
    assert.deepEqual(sentIn(effects), []);
    assert.deepEqual(
      effects.filter((effect) => effect.kind === 'requestSync').map((effect) => effect.reason),
      ['unknownSender'],
    );
    assert.equal(engine.receive('stranger', ping('me', EPOCH)).filter((effect) => effect.kind === 'requestSync').length, 0);
    assert.equal(engine.swim.node('stranger'), undefined);
  });

  test('of a stranger that introduces itself is answered to the address that it announced', () => {
    const engine = new EngineUnderTest().meet('a');
    const effects = engine.receive('new', ping('me', EPOCH), aliveOf('new'));
    assert.equal(partsIn(effects, 'ack', 'new').length, 1);
    assert.equal(engine.stateOf('new'), 'alive');
  });

  test('of a new life at another address is answered there', () => {
    const engine = new EngineUnderTest().meet('a');
    const moved = { ...aliveOf('a', { epoch: EPOCH + 5 }), gossipAddress: 'elsewhere:2' };
    const effects = engine.receiveFrom({ nodeId: 'a', epoch: EPOCH + 5, load: 0 }, ping('me', EPOCH), moved);
    assert.deepEqual(
      sentIn(effects).map((datagram) => datagram.to),
      ['elsewhere:2'],
    );
  });
});

describe('an address that is not the one known of the sender', () => {
  const victim = 'victim:9';
  const claims: readonly Part[] = [
    ping('me', EPOCH),
    ping('me', EPOCH - 1),
    { kind: 'pingRequest', sequence: 1, targetId: 'b', targetEpoch: EPOCH, timeoutMs: 100 },
    { kind: 'youAre', state: 'suspect', epoch: EPOCH, incarnation: 0, ...addressesOf('me') },
    { kind: 'suspect', nodeId: 'me', epoch: EPOCH, incarnation: 0, from: 'b' },
    { kind: 'ack', sequence: 1 },
    aliveOf('c'),
  ];

  test('is sent nothing, whoever a datagram from there claims to be of and whatever it holds', () => {
    for (const nodeId of ['stranger', 'a', 'failed', 'me']) {
      for (const epoch of [EPOCH - 1, EPOCH, EPOCH + 1]) {
        for (const part of claims) {
          const engine = new EngineUnderTest().meet('a', 'b', 'failed');
          engine.receive('a', { kind: 'suspect', nodeId: 'failed', epoch: EPOCH, incarnation: 0, from: 'a' });
          engine.pass(30_000, 'suspicion');
          engine.effects.length = 0;
          engine.receiveAt(victim, { nodeId, epoch, load: 0 }, part);
          engine.pass(5000, 'gossip', 'probe', 'heartbeat', 'relay', 'greeting');
          assert.deepEqual(
            sentIn(engine.effects).filter((datagram) => datagram.to === victim),
            [],
            `${nodeId} in life ${epoch} with ${part.kind}`,
          );
        }
      }
    }
  });

  test('makes an old life not be told', () => {
    const engine = new EngineUnderTest();
    engine.receiveFrom({ nodeId: 'a', epoch: EPOCH + 5, load: 0 }, aliveOf('a', { epoch: EPOCH + 5 }));
    const effects = engine.receiveAt(victim, { nodeId: 'a', epoch: EPOCH, load: 0 }, ping('me', EPOCH));
    assert.deepEqual(sentIn(effects), []);
  });
});

test('a member from which nothing was heard is pinged with an announcement, so that it can answer', () => {
  const engine = new EngineUnderTest().meet('a');
  engine.receive('a', aliveOf('far'));
  engine.pass(3000, 'probe', 'heartbeat');
  assert.equal(partsIn(engine.effects, 'ping', 'far').length > 0, true);
  for (const datagram of sentIn(engine.effects).filter(({ to, parts }) => to === 'far:2' && parts[0]?.kind === 'ping')) {
    assert.ok(datagram.parts.some((part) => part.kind === 'alive' && part.nodeId === 'me'));
  }
  engine.receive('far');
  engine.pass(10_000, 'gossip', 'heartbeat');
  engine.effects.length = 0;
  engine.pass(3000, 'heartbeat');
  assert.ok(partsIn(engine.effects, 'ping', 'far').length > 0);
  assert.deepEqual(partsIn(engine.effects, 'alive', 'far'), []);
});

describe('a sender', () => {
  test('whose life is over is told so, at most once a second', () => {
    const engine = new EngineUnderTest();
    engine.receive('a', aliveOf('a', { epoch: EPOCH }));
    engine.receiveFrom({ nodeId: 'a', epoch: EPOCH, load: 0 }, aliveOf('a', { epoch: EPOCH + 5 }));
    const first = engine.receive('a', ping('me', EPOCH));
    assert.deepEqual(
      partsIn(first, 'youAre').map((part) => [part.state, part.epoch]),
      [['alive', EPOCH + 5]],
    );
    assert.deepEqual(reasonsIn(first), ['oldLife']);
    assert.deepEqual(partsIn(first, 'ack'), []);
    assert.deepEqual(partsIn(engine.receive('a', ping('me', EPOCH)), 'youAre'), []);
    engine.now += 1000;
    assert.equal(partsIn(engine.receive('a', ping('me', EPOCH)), 'youAre').length, 1);
  });

  test('that is suspect or failed is told so, and answered all the same', () => {
    const engine = new EngineUnderTest().meet('a', 'b');
    engine.receive('b', { kind: 'suspect', nodeId: 'a', epoch: EPOCH, incarnation: 0, from: 'b' });
    const effects = engine.receive('a', ping('me', EPOCH));
    assert.deepEqual(
      partsIn(effects, 'youAre', 'a').map((part) => part.state),
      ['suspect'],
    );
    assert.equal(partsIn(effects, 'ack', 'a').length, 1);
  });

  test('has its load noted, and a change of it reported', () => {
    const engine = new EngineUnderTest().meet('a');
    const effects = engine.receiveFrom({ nodeId: 'a', epoch: EPOCH, load: 9 });
    assert.deepEqual(effects, [{ kind: 'loadChanged', nodeId: 'a', load: 9, atMs: 0 }]);
    engine.now = 70;
    assert.deepEqual(engine.receiveFrom({ nodeId: 'a', epoch: EPOCH, load: 9 }), []);
    assert.deepEqual([engine.swim.node('a')?.load, engine.swim.node('a')?.loadAtMs], [9, 70]);
  });

  test("with this node's name is not heard", () => {
    assert.deepEqual(reasonsIn(new EngineUnderTest().receive('me', aliveOf('x'))), ['ownId']);
  });
});

describe('this node, hearing about itself', () => {
  for (const state of ['suspect', 'failed'] as const) {
    test(`refutes that it is ${state} with a higher incarnation`, () => {
      const engine = new EngineUnderTest().meet('a');
      engine.receive('a', { kind: state, nodeId: 'me', epoch: EPOCH, incarnation: 3, from: 'b' });
      assert.equal(engine.swim.node('me')?.incarnation, 4);
      engine.pass(200, 'gossip');
      const announced = partsIn(engine.effects, 'alive', 'a').filter((part) => part.nodeId === 'me');
      assert.equal(announced.at(-1)?.incarnation, 4);
    });
  }

  test('refutes that it left when it did not', () => {
    const engine = new EngineUnderTest().meet('a');
    engine.receive('a', { kind: 'left', nodeId: 'me', epoch: EPOCH, incarnation: 0 });
    assert.deepEqual([engine.swim.node('me')?.state, engine.swim.node('me')?.incarnation], ['alive', 1]);
  });

  test('ignores what was refuted before, and what is about an earlier life', () => {
    const engine = new EngineUnderTest().meet('a');
    for (let i = 0; i < 3; i++) engine.receive('a', { kind: 'suspect', nodeId: 'me', epoch: EPOCH, incarnation: 0, from: 'b' });
    engine.receive('a', { kind: 'failed', nodeId: 'me', epoch: EPOCH - 1, incarnation: 99, from: 'b' });
    assert.equal(engine.swim.node('me')?.incarnation, 1);
    assert.equal(engine.swim.stats().counters.refutations, 1);
  });

  test('goes above an epoch that an earlier life of it left behind', () => {
    const engine = new EngineUnderTest().meet('a');
    engine.receive('a', { kind: 'failed', nodeId: 'me', epoch: EPOCH + 50, incarnation: 9, from: 'b' });
    assertAbove(EPOCH + 50, engine.swim.node('me')?.epoch);
  });

  test('answers a YouAre with its announcement, even when it has nothing to refute', () => {
    const engine = new EngineUnderTest().meet('a');
    engine.take(engine.swim.setTags({ a: '1' }, 0));
    const effects = engine.receive('a', { kind: 'youAre', state: 'suspect', epoch: EPOCH, incarnation: 0, ...addressesOf('me') });
    assert.equal(partsIn(effects, 'alive', 'a')[0]?.incarnation, 1);
  });

  test('does not run out of incarnations', () => {
    const engine = new EngineUnderTest().meet('a');
    engine.receive('a', { kind: 'suspect', nodeId: 'me', epoch: EPOCH, incarnation: 0xffff_ffff, from: 'b' });
    assertAbove(EPOCH, engine.swim.node('me')?.epoch);
    assert.equal(engine.swim.node('me')?.incarnation, 0);
  });

  test('refutes nothing any more when it is leaving', () => {
    const engine = new EngineUnderTest().meet('a');
    engine.take(engine.swim.leave(0));
    engine.receive('a', { kind: 'suspect', nodeId: 'me', epoch: EPOCH, incarnation: 0, from: 'a' });
    assert.deepEqual([engine.swim.node('me')?.state, engine.swim.node('me')?.incarnation], ['left', 0]);
  });
});

test('one datagram is never answered with more than one to the sender and three elsewhere', () => {
  const engine = new EngineUnderTest().meet('a', 'b', 'c');
  const parts = Array.from({ length: 60 }, (_, sequence) => ({ ...ping('me', EPOCH), sequence }));
  const effects = engine.receive('a', ...parts);
  assert.equal(sentIn(effects).length, 1);
  assert.equal(reasonsIn(effects).filter((reason) => reason === 'secondPing').length, 59);
});

test('one datagram that says many times what this node is held for is objected to once', () => {
  const engine = new EngineUnderTest().meet('a');
  const claim = { kind: 'youAre', state: 'suspect', epoch: EPOCH, incarnation: 0, address: '', gossipAddress: '' } as const;
  const effects = engine.receive('a', ...Array.from({ length: 60 }, () => claim));
  assert.equal(sentIn(effects).length, 1);
  assert.equal(reasonsIn(effects).filter((reason) => reason === 'secondYouAre').length, 59);
});

test('a request to ping another sends one ping there, and at most an excuse and one answer back', () => {
  const engine = new EngineUnderTest().meet('a', 'b');
  const request = { kind: 'pingRequest', targetId: 'b', targetEpoch: EPOCH, timeoutMs: 500 } as const;
  const effects = engine.receive('a', ...Array.from({ length: 60 }, (_, sequence) => ({ ...request, sequence })));
  assert.equal(sentIn(effects).length, 1);
  const [asked] = partsIn(effects, 'ping', 'b');
  engine.effects.length = 0;
  engine.pass(450, 'relay');
  for (let i = 0; i < 10; i++) engine.receive('b', { kind: 'ack', sequence: asked?.sequence ?? 0 });
  assert.equal(partsIn(engine.effects, 'nack', 'a').length, 1);
  assert.equal(partsIn(engine.effects, 'ack', 'a').length, 1);
});

test('a datagram causes nothing to be sent to the address that it came from, unless that is known of the sender', () => {
  const engine = new EngineUnderTest().meet('a', 'b');
  const parts: Part[] = [
    ping('me', EPOCH),
    { kind: 'youAre', state: 'failed', epoch: EPOCH, incarnation: 0, address: '', gossipAddress: '' },
  ];
  for (const nodeId of ['a', 'nobody', 'me']) engine.receiveAt('victim:9', { nodeId, epoch: EPOCH, load: 0 }, ...parts);
  engine.receiveAt('victim:9', { nodeId: 'a', epoch: EPOCH - 1, load: 0 }, ...parts);
  engine.pass(10_000);
  assert.ok(sentIn(engine.effects).length > 0);
  assert.deepEqual(
    sentIn(engine.effects).filter(({ to }) => to === 'victim:9'),
    [],
  );
});

test('nothing that is sent is above the limit, even with much news', () => {
  const engine = new EngineUnderTest().meet('a');
  for (let i = 0; i < 100; i++) engine.receive('a', aliveOf(`node-${i}`, { tags: { text: 'x'.repeat(i * 4) } }));
  engine.receive('a', ping('me', EPOCH));
  engine.pass(5000, 'gossip', 'probe', 'heartbeat');
  const sizes = sentIn(engine.effects).map((datagram) => datagram.bytes);
  assert.ok(sizes.length > 50);
  assert.ok(Math.max(...sizes) <= 1166 && Math.max(...sizes) > 1000, `the largest has ${Math.max(...sizes)} bytes`);
});

test('no bytes from a known sender make the engine throw', () => {
  const engine = new EngineUnderTest().meet('a', 'b');
  const writer = new ByteWriter();
  writeHeader(writer, { nodeId: 'a', epoch: EPOCH, load: 0 });
  const header = writer.take();
  writer.reset();
  writePart(writer, aliveOf('b', { incarnation: 7 }));
  const part = writer.take();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(part.length - 1), fc.nat(255), (junk, place, byte) => {
      const damaged = Buffer.from(part);
      damaged[place] = byte;
      engine.take(engine.swim.handleDatagram(Buffer.concat([header, damaged, junk]), 'a:2', engine.now));
      engine.take(engine.swim.handleDatagram(junk, 'x:2', engine.now));
      engine.effects.length = 0;
    }),
    { numRuns: 2000 },
  );
});

test('before the start and after the stop nothing is heard', () => {
  const engine = new EngineUnderTest().meet('a');
  engine.take(engine.swim.stop(0));
  assert.deepEqual(engine.receive('a', ping('me', EPOCH)), [{ kind: 'dropped', reason: 'stopped', from: 'a:2' }]);
});

test('a timer that was replaced or is handed in twice does nothing', () => {
  const engine = new EngineUnderTest().meet('a');
  const scheduled = engine.effects.find((effect) => effect.kind === 'scheduleTimer' && effect.timer.kind === 'probe');
  assert.ok(scheduled?.kind === 'scheduleTimer');
  assert.ok(engine.swim.handleTimer(scheduled.timer, 1000).length > 0);
  assert.deepEqual(engine.swim.handleTimer(scheduled.timer, 1000), []);
});

function ping(targetId: string, targetEpoch: number): { kind: 'ping'; sequence: number; targetId: string; targetEpoch: number } {
  return { kind: 'ping', sequence: 5, targetId, targetEpoch };
}

function reasonsIn(effects: readonly SwimEffect[]): string[] {
  return effects.flatMap((effect) => (effect.kind === 'dropped' ? [effect.reason] : []));
}
