import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type PhiOptions, resolvePhiSettings } from '../../../src/detector/phi-settings.ts';
import { resolveSwimSettings } from '../../../src/swim/settings.ts';

describe('the settings of phi', () => {
  for (const [profile, heartbeatIntervalMs, minDeviationMs] of [
    ['lan', 1000, 100],
    ['wan', 5000, 500],
    ['local', 1000, 100],
  ] as const) {
    test(`follow the heartbeats of the profile ${profile}`, () => {
      const settings = resolvePhiSettings({}, resolveSwimSettings({ profile }).heartbeatIntervalMs);
      assert.deepEqual(settings, {
        threshold: 8,
        windowSize: 100,
        minDeviationMs,
        acceptablePauseMs: heartbeatIntervalMs,
        firstEstimateMs: heartbeatIntervalMs,
        watchCount: 4,
        maxConnectedWatched: 16,
      });
    });
  }

  test('tolerate a pause of a second however fast the heartbeats are', () => {
    const { acceptablePauseMs, minDeviationMs } = resolvePhiSettings({}, 50);
    assert.deepEqual([acceptablePauseMs, minDeviationMs], [1000, 100]);
  });

  for (const [options, message] of [
    [{ threshold: 0 }, 'Expected phi.threshold to be a number of at least 0.1, got 0'],
    [{ threshold: 101 }, 'Expected phi.threshold to be at most 100: beyond it no silence is long enough, got 101'],
    [{ windowSize: 1 }, 'Expected phi.windowSize to be an integer of at least 2, got 1'],
    [{ windowSize: 10_001 }, 'Expected phi.windowSize to be at most 10000: each takes 8 bytes for each watched peer, got 10001'],
    [{ minDeviationMs: 0 }, 'Expected phi.minDeviationMs to be a number of at least 1, got 0'],
    [{ acceptablePauseMs: -1 }, 'Expected phi.acceptablePauseMs to be a number of at least 0, got -1'],
    [{ watchCount: 2.5 }, 'Expected phi.watchCount to be an integer of at least 0, got 2.5'],
    [{ watchCount: 1001 }, 'Expected phi.watchCount to be at most 1000: each costs two datagrams a heartbeat, got 1001'],
    [{ maxConnectedWatched: 1001 }, 'Expected phi.maxConnectedWatched to be at most 1000: each costs two datagrams a heartbeat, got 1001'],
    [
      { firstEstimateMs: 999 },
      'Expected phi.firstEstimateMs to be at least heartbeatIntervalMs (1000), because no heartbeat comes sooner: raise it or leave it out, got 999',
    ],
    [
      { acceptablePauseMs: 400 },
      'Expected phi.acceptablePauseMs to be at least 500 (heartbeatIntervalMs less 5 times phi.minDeviationMs), so that one lost heartbeat starts no probe: raise it or lower heartbeatIntervalMs, got 400',
    ],
    [
      { treshold: 8 },
      'Expected phi to be made of known names (threshold, windowSize, minDeviationMs, acceptablePauseMs, firstEstimateMs, watchCount, maxConnectedWatched), got "treshold"',
    ],
  ] as const) {
    test(`are refused: ${message}`, () => {
      assert.throws(() => resolvePhiSettings(options as PhiOptions), { code: 'INVALID_ARGUMENT', message });
    });
  }

  test('are taken as defaults where they are undefined', () => {
    assert.deepEqual(resolvePhiSettings({ threshold: undefined } as unknown as PhiOptions), resolvePhiSettings());
  });
});
