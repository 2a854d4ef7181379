/** From when on losses together are more than chance. */
export interface BurstLimits {
  /** So many nodes at least. */
  readonly burstNodes: number;
  /** And at least this share of the expected ones. */
  readonly burstShare: number;
}

/** A lost node as far as bursts concern it. */
export interface LossInBurst {
  readonly silentSinceMs: number;
  readonly isMissed: boolean;
  isInBurst: boolean;
}

/** How many nodes lost together are a burst when `expected` ought to be there. */
export function burstSize(expected: number, limits: BurstLimits): number {
  return Math.max(limits.burstNodes, limits.burstShare * expected);
}

/** Marks those that were lost together with the one that fell silent at `silentSinceMs`, when there are `atLeast` of them, it included. */
export function markBurst(
  lost: Iterable<LossInBurst>,
  last: { readonly silentSinceMs: number; readonly windowMs: number; readonly atLeast: number },
): void {
  const before: LossInBurst[] = [];
  const after: LossInBurst[] = [];
  for (const loss of lost) {
    const distanceMs = loss.silentSinceMs - last.silentSinceMs;
    if (!loss.isMissed || Math.abs(distanceMs) > last.windowMs) continue;
    if (distanceMs <= 0) before.push(loss);
    // A suspicion that nobody shares lasts longer: whoever is lost first need not have fallen silent first.
    if (distanceMs >= 0) after.push(loss);
  }
  for (const group of [before, after]) {
    if (group.length < last.atLeast) continue;
    for (const loss of group) loss.isInBurst = true;
  }
}
