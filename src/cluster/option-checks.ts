import { expectNumber, invalidArgument } from '../errors/expect.ts';
import type { SwimSettings } from '../swim/settings.ts';
import { baseSuspicionMs } from '../swim/settings-checks.ts';

/** The options that have to fit the settings of the membership. */
export interface DependentOptions {
  readonly joinTimeoutMs: number;
  readonly partition: { readonly threshold?: number; readonly graceMs?: number; readonly readOnly?: boolean };
  readonly swim: SwimSettings;
}

/** Throws unless they do. @throws RpcError `INVALID_ARGUMENT` naming the one that does not, and what to do. */
export function checkOptionsTogether(options: DependentOptions): void {
  const { joinTimeoutMs, partition, swim } = options;
  if (joinTimeoutMs <= swim.probeTimeoutMs) {
    const expected = `above probeTimeoutMs (${swim.probeTimeoutMs}), for which a seed may wait for the owner of a name: raise it`;
    throw invalidArgument('joinTimeoutMs', expected, joinTimeoutMs);
  }
  const { threshold, graceMs, readOnly = false } = partition;
  if (typeof readOnly !== 'boolean') throw invalidArgument('partition.readOnly', 'true or false', readOnly);
  if (readOnly && threshold === 0) throw invalidArgument('partition.threshold', 'above 0, because partition.readOnly is set', threshold);
  if (threshold !== undefined) {
    expectNumber('partition.threshold', threshold, 0);
    if (threshold >= 1) throw invalidArgument('partition.threshold', 'below 1: every failure would be a partition', threshold);
  }
  if (graceMs === undefined) return;
  expectNumber('partition.graceMs', graceMs, 0);
  const leastMs = baseSuspicionMs(swim);
  if (graceMs < leastMs) {
    const expected = `at least ${leastMs} (the shortest suspicion), because nodes that are cut off together are found one after the other: raise it or lower suspicionMult`;
    throw invalidArgument('partition.graceMs', expected, graceMs);
  }
}
