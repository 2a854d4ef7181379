import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { GossipCipher, OVERHEAD_BYTES } from '../../../src/cluster/gossip-cipher.ts';
import { configuredGossipKey, createGossipKey, type GossipKey } from '../../../src/cluster/gossip-key.ts';
import { ReplayWindow } from '../../../src/cluster/replay-window.ts';

describe('gossip datagrams', () => {
  it('are opened by whoever has the key, and cost 34 bytes', () => {
    const [a, b] = pair();
    const packet = sealed(a, 'role=worker 10.0.0.1:61000');
    assert.equal(packet.length, 'role=worker 10.0.0.1:61000'.length + OVERHEAD_BYTES);
    assert.equal(OVERHEAD_BYTES, 34);
    assert.equal(String(b.open(packet, 0)), 'role=worker 10.0.0.1:61000');
  });

  it('show nothing of their content, and never the same bytes twice', () => {
    const [a] = pair();
    const packets = [sealed(a, 'role=worker'), sealed(a, 'role=worker')];
    for (const packet of packets) assert.ok(!packet.includes('worker'));
    assert.notDeepEqual(packets[0], packets[1]);
  });

  it('are refused when one bit was changed anywhere', () => {
    const [a, b] = pair();
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 7 }), (at, bit) => {
        const packet = sealed(a, 'some news');
        packet[at % packet.length] = (packet[at % packet.length] as number) ^ (1 << bit);
        assert.equal(typeof b.open(packet, 0), 'string');
      }),
    );
  });

  it('are refused when they come again, also much later', () => {
    const [a, b] = pair();
    const first = sealed(a, 'one');
    b.open(first, 0);
    assert.equal(b.open(first, 0), 'replayed');
    for (let i = 0; i < 5_000; i++) b.open(sealed(a, 'more'), 0);
    assert.equal(b.open(first, 0), 'replayed');
  });

  it('are accepted out of order within the window', () => {
    const [a, b] = pair();
    const packets = Array.from({ length: 1_000 }, (_, i) => sealed(a, String(i)));
    for (const packet of packets.reverse()) assert.ok(Buffer.isBuffer(b.open(packet, 0)));
  });

  it('of another cluster or another key are refused', () => {
    const key = createGossipKey();
    const a = cipher('one', key);
    assert.equal(cipher('two', key).open(sealed(a, 'x'), 0), 'notAuthentic');
    const other = cipher('one', { id: key.id, secret: createGossipKey().secret });
    assert.equal(other.open(sealed(a, 'x'), 0), 'notAuthentic');
  });

  it('of the key before the present one are still opened', () => {
    const [a, b] = pair();
    const old = sealed(a, 'old');
    b.install(createGossipKey());
    assert.equal(String(b.open(old, 0)), 'old');
  });

  it('are refused when they come again although the key was another one meanwhile', () => {
    const [a, b] = pair();
    const first = sealed(a, 'one');
    b.open(first, 0);
    b.install(keyOf(2));
    b.install(keyOf(1));
    assert.equal(b.open(first, 0), 'replayed');
    b.install(keyOf(3));
    b.install(keyOf(4));
    assert.equal(b.open(first, 0), 'unknownKey', 'two keys open at a time');
    b.install(keyOf(1));
    assert.equal(b.open(first, 0), 'replayed');
    assert.equal(String(b.open(sealed(a, 'two'), 0)), 'two');
  });

  it('that were recorded before a change of the key are refused during it, after it, and should the key come back', () => {
    const [a, b] = pair();
    const [old, fresh] = [keyOf(1), keyOf(2)];
    const recorded = Array.from({ length: 5 }, (_, i) => sealed(a, `old ${i}`));
    for (const packet of recorded) assert.ok(Buffer.isBuffer(b.open(packet, 0)));
    const phases: [GossipKey[], string][] = [
      [[old, fresh], 'replayed'],
      [[fresh, old], 'replayed'],
      [[fresh], 'unknownKey'],
      [[old], 'replayed'],
    ];
    for (const [keys, refusal] of phases) {
      b.use(keys);
      for (const packet of recorded) assert.equal(b.open(packet, 0), refusal);
    }
    assert.deepEqual(b.refusals, { replayed: 15, unknownKey: 5 });
  });

  it('are opened in every step of a change of the key, and once only', () => {
    const [a, b] = pair();
    const [old, fresh] = [keyOf(1), keyOf(2)];
    const steps = [[old], [old, fresh], [fresh, old], [fresh]];
    for (const [i, keys] of steps.entries()) {
      for (const other of [steps[i - 1], keys, steps[i + 1]]) {
        if (!other) continue;
        a.use(other);
        b.use(keys);
        const packet = sealed(a, `step ${i}`);
        assert.equal(String(b.open(packet, 0)), `step ${i}`);
        assert.equal(b.open(packet, 0), 'replayed');
      }
    }
  });

  it('are opened once, also when one key was given twice', () => {
    const [a, b] = pair();
    b.use([keyOf(1), keyOf(1)]);
    const fresh = new GossipCipher('test');
    fresh.use([keyOf(2), keyOf(2)]);
    const c = cipher('test', keyOf(2));
    for (const [reader, packet] of [
      [b, sealed(a, 'x')],
      [fresh, sealed(c, 'x')],
    ] as const) {
      assert.equal(String(reader.open(packet, 0)), 'x');
      assert.equal(reader.open(packet, 0), 'replayed');
    }
  });

  it('of two keys that share an id are opened with the one that fits', () => {
    const first = createGossipKey();
    const second = { id: first.id, secret: createGossipKey().secret };
    const a = cipher('test', first);
    const b = cipher('test', second);
    const c = cipher('test', second);
    b.open(sealed(a, 'unreadable'), 0);
    b.install(first);
    assert.equal(String(b.open(sealed(a, 'from a'), 0)), 'from a');
    assert.equal(String(b.open(sealed(c, 'from c'), 0)), 'from c');
  });

  it('of this node itself are refused', () => {
    const [a] = pair();
    assert.equal(a.open(sealed(a, 'me'), 0), 'ownEcho');
  });

  it('cannot be sealed without a key', () => {
    assert.equal(new GossipCipher('c').seal(Buffer.from('x')), undefined);
  });

  it('made of any bytes are refused without a throw, and their cost is limited', () => {
    const [, b] = pair();
    let tooMany = 0;
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 200 }), (bytes) => {
        assert.equal(typeof b.open(bytes, 0), 'string');
      }),
    );
    for (let i = 0; i < 3_000; i++) {
      const packet = Buffer.alloc(60);
      packet[0] = 1;
      packet[1] = b.key?.id as number;
      packet.writeUInt32LE(i, 2);
      if (b.open(packet, 0) === 'tooManyUnknown') tooMany++;
    }
    assert.ok(tooMany >= 900, `${tooMany}`);
  });
});

describe('a replay window', () => {
  it('agrees with a plain set of what was seen', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 0, max: 200_000 })), { maxLength: 400 }),
        (counters) => {
          const window = new ReplayWindow();
          const seen = new Set<number>();
          let highest = -1;
          for (const counter of counters) {
            const expected = counter > highest || (highest - counter < 1_024 && !seen.has(counter));
            assert.equal(window.isFresh(counter), expected, `${counter} after ${highest}`);
            if (!expected) continue;
            window.accept(counter);
            seen.add(counter);
            highest = Math.max(highest, counter);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a gossip key', () => {
  it('that is configured must have 32 bytes', () => {
    assert.throws(() => configuredGossipKey('gossip.key', new Uint8Array(16)), {
      code: 'INVALID_ARGUMENT',
      message: /32 random bytes.*16 bytes/,
    });
  });
});

function pair(): [GossipCipher, GossipCipher] {
  return [cipher('test', keyOf(1)), cipher('test', keyOf(1))];
}

/** Keys with different ids: of random ones one pair in 256 shares one, and then a datagram of the one is tried with the other. */
function keyOf(byte: 1 | 2 | 3 | 4): GossipKey {
  return configuredGossipKey('test', new Uint8Array(32).fill(byte));
}

function cipher(clusterName: string, key: GossipKey): GossipCipher {
  const result = new GossipCipher(clusterName);
  result.install(key);
  return result;
}

function sealed(from: GossipCipher, text: string): Buffer {
  return from.seal(Buffer.from(text)) as Buffer;
}
