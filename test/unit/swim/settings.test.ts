import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectAddress, expectNodeId, expectTags, hasSameTags } from '../../../src/swim/limits.ts';
import { resolveSwimSettings, type SwimSettingsOptions } from '../../../src/swim/settings.ts';

test('the defaults are those of a data centre', () => {
  const settings = resolveSwimSettings();
  assert.equal(settings.probeIntervalMs, 1000);
  assert.equal(settings.probeTimeoutMs, 500);
  assert.equal(settings.indirectProbes, 3);
  assert.equal(settings.gossipFanout, 3);
  assert.deepEqual(resolveSwimSettings({ profile: 'lan' }), settings);
});

test('a profile changes the defaults, and what is given changes the profile', () => {
  const settings = resolveSwimSettings({ profile: 'wan', gossipFanout: 7 });
  assert.equal(settings.probeIntervalMs, 5000);
  assert.equal(settings.gossipFanout, 7);
});

const REFUSED: readonly (readonly [options: object, message: string])[] = [
  [{ probeIntervalMs: -5 }, 'Expected probeIntervalMs to be a number of at least 10, got -5'],
  [{ probeIntervalMs: Number.POSITIVE_INFINITY }, 'Expected probeIntervalMs to be a number of at least 10, got Infinity'],
  [{ indirectProbes: 1.5 }, 'Expected indirectProbes to be an integer of at least 0, got 1.5'],
  [{ isReliablePingOn: 'yes' }, 'Expected isReliablePingOn to be true or false, got "yes"'],
  [{ profile: 'moon' }, 'Expected membership.profile to be "lan", "wan" or "local", got "moon"'],
  // A timer of Node.js that is to wait longer than 24.8 days rings at once.
  [{ syncIntervalMs: 3_000_000_000 }, 'Expected syncIntervalMs to be at most 86400000, got 3000000000'],
  [{ maxDatagramBytes: 65_507 }, 'Expected maxDatagramBytes to be at most 8900, got 65507'],
  [
    { probeTimeoutMs: 1000 },
    'Expected probeTimeoutMs to be at most probeIntervalMs - probeTimeoutMinMs (900), so that relays have time to answer before the next probe: lower it or raise probeIntervalMs, got 1000',
  ],
  [{ probeTimeoutMinMs: 600 }, 'Expected probeTimeoutMinMs to be at most probeTimeoutMs (500): lower it or raise probeTimeoutMs, got 600'],
  [
    { gossipIntervalMs: 1500 },
    'Expected gossipIntervalMs to be at most probeIntervalMs (1000), so that an objection is not slower than the next probe: lower it, got 1500',
  ],
  [
    { suspicionTimeoutMs: 1799 },
    'Expected suspicionTimeoutMs to be 0 or at least 1800 (one probe and the way of news there and back), so that a suspect can object: raise it, got 1799',
  ],
  [
    { suspicionMult: 1 },
    'Expected suspicionMult to be at least 1.8 (one probe and the way of news there and back), so that a suspect can object: raise it or lower gossipIntervalMs, got 1',
  ],
  [
    { suspicionMult: 900, suspicionMaxMult: 100, probeIntervalMs: 10_000, heartbeatIntervalMs: 10_000 },
    'Expected suspicionMaxMult to be such that a suspicion ends within 2147483647 ms (now 3600000000): lower it or suspicionMult, got 100',
  ],
  [
    { suspicionMult: 4, suspicionTimeoutMs: 5000 },
    'Expected suspicionMult to be left out beside suspicionTimeoutMs, which takes its place: give one of them, got 4',
  ],
  [
    { heartbeatIntervalMs: 400 },
    'Expected heartbeatIntervalMs to be at least probeTimeoutMs (500), so that an answer comes before the next heartbeat replaces its question: raise it, got 400',
  ],
  [
    { syncIntervalMs: 100 },
    'Expected syncIntervalMs to be 0 or at least gossipIntervalMs (200): an exchange mends what gossip missed, and is dearer, so raise it, got 100',
  ],
  [
    { gossipToFailedMs: 90_000_000 },
    'Expected gossipToFailedMs to be at most failedRetentionMs (86400000), after which the node is forgotten: lower it or raise failedRetentionMs, got 90000000',
  ],
  [
    { failedRetentionMs: 59_000 },
    'Expected failedRetentionMs to be at least twice reconnectIntervalMs (60000), so that a failed node is tried before it is forgotten: raise it or lower reconnectIntervalMs, got 59000',
  ],
  [
    { failedRetentionMs: 50_000, reconnectIntervalMs: 0 },
    'Expected failedRetentionMs to be at least 54000 (the longest suspicion and syncIntervalMs), so that late news does not bring a node back that is gone: raise it, got 50000',
  ],
  [
    { leftRetentionMs: 53_999 },
    'Expected leftRetentionMs to be at least 54000 (the longest suspicion and syncIntervalMs), so that late news does not bring a node back that is gone: raise it, got 53999',
  ],
  [
    { seedRejoinIntervalMs: 2000 },
    'Expected aloneRejoinMs to be at most seedRejoinIntervalMs (2000), because a node that is alone needs its seeds more: lower it, got 5000',
  ],
  [
    { leaveLingerMs: 150 },
    'Expected leaveLingerMs to be 0 or at least gossipIntervalMs (200), so that the goodbye is passed on once: raise it, got 150',
  ],
];

for (const [options, message] of REFUSED) {
  test(`settings are refused: ${message}`, () => {
    assert.throws(() => resolveSwimSettings(options as SwimSettingsOptions), { code: 'INVALID_ARGUMENT', message });
  });
}

test('what turns a part off is not refused beside the others', () => {
  resolveSwimSettings({ suspicionTimeoutMs: 0, syncIntervalMs: 0, reconnectIntervalMs: 0, seedRejoinIntervalMs: 0, leaveLingerMs: 0 });
  resolveSwimSettings({ suspicionTimeoutMs: 5000, suspicionMaxMult: 1, indirectProbes: 0, maxTombstones: 0, localHealthMax: 1 });
});

test('a setting that does not exist is refused by name', () => {
  assert.throws(() => resolveSwimSettings({ probeInterval: 5 } as unknown as SwimSettingsOptions), /got "probeInterval"/);
});

test('tags above 16 KiB, without text, or with an empty key are refused', () => {
  expectTags({ role: 'worker', big: 'x'.repeat(16_360) });
  assert.throws(() => expectTags({ big: 'x'.repeat(16_384) }), { code: 'INVALID_ARGUMENT' });
  assert.throws(() => expectTags({ capacity: 5 }), { message: 'Expected tags.capacity to be a string, got 5' });
  assert.throws(() => expectTags({ '': 'x' }), { code: 'INVALID_ARGUMENT' });
  assert.throws(() => expectTags(['role']), { code: 'INVALID_ARGUMENT' });
});

test('names and addresses that cannot travel are refused', () => {
  assert.throws(() => expectNodeId('é'.repeat(65)), { code: 'INVALID_ARGUMENT' });
  assert.throws(() => expectNodeId(''), { code: 'INVALID_ARGUMENT' });
  assert.throws(() => expectAddress('address', 'nowhere'), {
    message: 'Expected address to be host:port of at most 160 bytes, got "nowhere"',
  });
});

test('tags are the same in any order', () => {
  assert.ok(hasSameTags({ a: '1', b: '2' }, { b: '2', a: '1' }));
  assert.ok(!hasSameTags({ a: '1' }, { a: '1', b: '2' }));
  assert.ok(!hasSameTags({ toString: 'x' }, { a: 'x' }));
});
