import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { expectCapacity, expectCoalesceMs } from '../../../src/cluster/cluster-event.ts';
import { checkOptionsTogether } from '../../../src/cluster/option-checks.ts';
import { resolveSwimSettings } from '../../../src/swim/settings.ts';

describe('options of a cluster that do not fit its membership', () => {
  const swim = resolveSwimSettings();

  test('are accepted when they do', () => {
    checkOptionsTogether({ joinTimeoutMs: 30_000, partition: {}, swim });
    checkOptionsTogether({ joinTimeoutMs: 501, partition: { threshold: 0.99, graceMs: 4000 }, swim });
    for (const profile of ['lan', 'wan', 'local'] as const) {
      checkOptionsTogether({
        joinTimeoutMs: 30_000,
        partition: { threshold: 0.5, graceMs: 30_000 },
        swim: resolveSwimSettings({ profile }),
      });
    }
  });

  for (const [options, message] of [
    [
      { joinTimeoutMs: 500 },
      'Expected joinTimeoutMs to be above probeTimeoutMs (500), for which a seed may wait for the owner of a name: raise it, got 500',
    ],
    [{ partition: { threshold: 1 } }, 'Expected partition.threshold to be below 1: every failure would be a partition, got 1'],
    [{ partition: { threshold: -1 } }, 'Expected partition.threshold to be a number of at least 0, got -1'],
    [
      { partition: { graceMs: 3999 } },
      'Expected partition.graceMs to be at least 4000 (the shortest suspicion), because nodes that are cut off together are found one after the other: raise it or lower suspicionMult, got 3999',
    ],
  ] as const) {
    test(`are refused: ${message}`, () => {
      assert.throws(() => checkOptionsTogether({ joinTimeoutMs: 30_000, partition: {}, swim, ...options }), {
        code: 'INVALID_ARGUMENT',
        message,
      });
    });
  }
});

test('times to collect events above a minute, and queues of no length or a very great one, are refused', () => {
  expectCoalesceMs('coalesceMs', 60_000);
  expectCapacity(1_000_000);
  assert.throws(
    () => expectCoalesceMs('coalesceMs', 60_001),
    /Expected coalesceMs to be at most 60000, so that no change is kept back for long, got 60001/,
  );
  assert.throws(() => expectCoalesceMs('coalesceMs', '5'), { code: 'INVALID_ARGUMENT' });
  assert.throws(() => expectCapacity(0), { code: 'INVALID_ARGUMENT' });
  assert.throws(() => expectCapacity(1_000_001), /at most 1000000/);
});
