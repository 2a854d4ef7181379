import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type GossipKey, gossipKey } from '../../../src/cluster/gossip-key.ts';
import {
  advance,
  beginRotation,
  canTalk,
  compareKeyStates,
  configuredKeyState,
  foundedKeyState,
  type KeyState,
  mergeKeyStates,
  PHASES,
  validKeys,
} from '../../../src/cluster/key-state.ts';
import { NO_SECURITY, readSecurity, writeSecurity } from '../../../src/cluster/security-state.ts';
import { ByteReader } from '../../../src/util/byte-reader.ts';
import { ByteWriter } from '../../../src/util/byte-writer.ts';

const key = fc.integer({ min: 0, max: 3 }).map((byte) => gossipKey(new Uint8Array(32).fill(byte)));
const state: fc.Arbitrary<KeyState> = fc
  .record(
    {
      generation: fc.integer({ min: 0, max: 2 }),
      phase: fc.constantFrom(...PHASES),
      key,
      previous: key,
      madeFor: fc.constantFrom('', 'a', 'b'),
      isConfigured: fc.boolean(),
    },
    { noNullPrototype: true },
  )
  .map((value) => (value.phase === 'settled' ? { ...value, previous: undefined } : value));

describe('two states of the gossip keys', () => {
  it('come to the same one in whatever order, grouping and number they meet', () => {
    fc.assert(
      fc.property(state, state, state, (a, b, c) => {
        assert.deepEqual(mergeKeyStates(a, b), mergeKeyStates(b, a));
        assert.deepEqual(mergeKeyStates(mergeKeyStates(a, b), c), mergeKeyStates(a, mergeKeyStates(b, c)));
        assert.deepEqual(mergeKeyStates(a, a), a);
      }),
    );
  });

  it('are equal only when they are the same', () => {
    fc.assert(
      fc.property(state, state, (a, b) => {
        if (compareKeyStates(a, b) === 0) assert.deepEqual(a, b);
        assert.equal(Math.sign(compareKeyStates(a, b)) + Math.sign(compareKeyStates(b, a)), 0);
      }),
    );
  });
});

describe('a rotation', () => {
  it('goes forward only, with at most two keys, and each step is read by whoever has made the one before', () => {
    const steps = [foundedKeyState('')];
    for (let i = 0; i < 9; i++) {
      const present = steps.at(-1) as KeyState;
      steps.push(present.phase === 'settled' ? beginRotation(present, '') : advance(present));
    }
    for (const [i, step] of steps.entries()) {
      assert.ok(validKeys(step).length <= 2);
      const next = steps[i + 1];
      if (!next) break;
      assert.ok(compareKeyStates(next, step) > 0);
      assert.ok(canTalk(step, next), `${step.phase} to ${next.phase}`);
    }
    assert.equal(steps.at(-1)?.generation, 3);
  });

  it('that is over two steps ahead is not read, which shows that the steps are needed', () => {
    const settled = foundedKeyState('');
    const using = advance(beginRotation(settled, ''));
    assert.ok(!canTalk(settled, using));
    assert.ok(!canTalk(beginRotation(settled, ''), advance(using)));
  });

  it('makes a key with another id than the one before', () => {
    for (let i = 0; i < 600; i++) {
      const settled = foundedKeyState('');
      assert.notEqual(beginRotation(settled, '').key.id, settled.key.id);
    }
  });
});

describe('configured keys', () => {
  it('go together when each opens what the other seals', () => {
    const [a, b, c] = [1, 2, 3].map((byte) => gossipKey(new Uint8Array(32).fill(byte))) as [GossipKey, GossipKey, GossipKey];
    const pairs = [
      [configuredKeyState(a, undefined), configuredKeyState(a, b), true],
      [configuredKeyState(a, b), configuredKeyState(b, a), true],
      [configuredKeyState(b, a), configuredKeyState(b, undefined), true],
      [configuredKeyState(a, undefined), configuredKeyState(b, a), false],
      [configuredKeyState(a, undefined), configuredKeyState(c, undefined), false],
    ] as const;
    for (const [left, right, expected] of pairs) assert.equal(canTalk(left, right), expected);
  });
});

describe('a state on its way to another node', () => {
  it('arrives as it was, whatever follows it', () => {
    fc.assert(
      fc.property(state, fc.nat(), (keys, keyAgeMs) => {
        const writer = new ByteWriter();
        const sent = { ...NO_SECURITY, keys, keyAgeMs };
        writeSecurity(writer, sent);
        writer.writeUint8(7);
        const reader = new ByteReader(writer.take());
        const read = readSecurity(reader);
        assert.deepEqual(read, sent);
        assert.equal(reader.readUint8(), 7);
      }),
    );
  });
});
