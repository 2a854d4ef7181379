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

for (const [options, message] of [
  [{ probeIntervalMs: -5 }, 'Expected probeIntervalMs to be a number of at least 10, got -5'],
  [{ indirectProbes: 1.5 }, 'Expected indirectProbes to be an integer of at least 0, got 1.5'],
  [{ probeTimeoutMs: 1000 }, 'Expected probeTimeoutMs to be below probeIntervalMs (1000), got 1000'],
  [{ probeTimeoutMinMs: 600 }, 'Expected probeTimeoutMinMs to be at most probeTimeoutMs (500), got 600'],
  [{ isReliablePingOn: 'yes' }, 'Expected isReliablePingOn to be true or false, got "yes"'],
  [{ profile: 'moon' }, 'Expected profile to be "lan", "wan" or "local", got "moon"'],
] as const) {
  test(`settings are refused: ${message}`, () => {
    assert.throws(() => resolveSwimSettings(options as unknown as SwimSettingsOptions), { code: 'INVALID_ARGUMENT', message });
  });
}

test('a setting that does not exist is refused by name', () => {
  assert.throws(() => resolveSwimSettings({ probeInterval: 5 } as unknown as SwimSettingsOptions), /got "probeInterval"/);
});

test('tags above 512 bytes, without text, or with an empty key are refused', () => {
  expectTags({ role: 'worker', big: 'x'.repeat(490) });
  assert.throws(() => expectTags({ big: 'x'.repeat(510) }), { code: 'INVALID_ARGUMENT' });
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
