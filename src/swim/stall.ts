import type { SwimContext } from './context.ts';
import type { Heartbeats } from './heartbeats.ts';
import type { Membership } from './membership.ts';
import type { PartitionReport } from './partition-report.ts';
import type { Prober } from './prober.ts';

/** Who may have been deceived by a standstill of this process. */
export interface StallParts {
  readonly prober: Prober;
  readonly heartbeats: Heartbeats;
  readonly membership: Membership;
  readonly partition: PartitionReport;
}

/**
 * This process stood still for `stallMs`, until `now`, and could hear nobody. Above half a probe timeout that counts against its health; above a whole
 * one, what it would have falsified is void: probes and heartbeats in flight, and the time by which suspicions and doubts of a partition have come nearer to their ends.
 */
export function recognizeStall(context: SwimContext, parts: StallParts, stall: { readonly stallMs: number; readonly now: number }): void {
  const { health, settings, without, phase } = context;
  const { stallMs, now } = stall;
  // A node that leaves or has stopped judges nobody any more, and its timers stay cancelled.
  if (phase !== 'running' || without.has('stallRecognition')) return;
  if (stallMs > settings.probeTimeoutMs / 2) health.add(1);
  if (stallMs <= settings.probeTimeoutMs) return;
  parts.prober.voidAll();
  parts.heartbeats.voidAll(now);
  parts.membership.shiftSuspicions(stallMs, now);
  parts.partition.shift(stallMs, now);
}
