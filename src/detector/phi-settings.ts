import { expectInteger, expectNames, expectNumber, invalidArgument } from '../errors/expect.ts';

/** How the phi detector judges silence. */
export interface PhiSettings {
  /**
   * Phi at which a full probe starts at once: 8 is a chance of one in 10^8, as the model sees it, that the peer is there after all. Lower is faster and costs
   * needless probes; never a false failure. From 0.1 to 100. Default 8.
   */
  readonly threshold: number;
  /**
   * Intervals remembered for each watched peer, 8 bytes each. More give a steadier deviation (known to about `70 / sqrt(windowSize)` percent) and follow
   * changes of the network more slowly: `windowSize * heartbeatIntervalMs` is what it looks back on. From 2 to 10,000. Default 100.
   */
  readonly windowSize: number;
  /**
   * Deviations below this are not believed, in milliseconds: a very even network would otherwise make it nervous. Higher is slower, by 5.6 times as much with the
   * default threshold. At least 1. Default `heartbeatIntervalMs / 10`, at least 100.
   */
  readonly minDeviationMs: number;
  /** Silence that is tolerated on top, for pauses of the peer and one lost heartbeat, in milliseconds. Higher is slower by as much. Default `heartbeatIntervalMs`, at least 1000. */
  readonly acceptablePauseMs: number;
  /** The expected interval between heartbeats in milliseconds, until it is measured. At least the default, which is `heartbeatIntervalMs`. */
  readonly firstEstimateMs: number;
  /** Peers that each node watches; all of them in a cluster of `watchCount + 1`. Each costs two small datagrams every `heartbeatIntervalMs`. At most 1000. Default 4. */
  readonly watchCount: number;
  /** Most peers with an open connection that are watched besides, at the same cost. At most 1000. Default 16. */
  readonly maxConnectedWatched: number;
}

/** What is to be different from the defaults. */
export type PhiOptions = Partial<PhiSettings>;

/**
 * Fills in the defaults, of which some follow from the pause between two heartbeats.
 * @throws RpcError `INVALID_ARGUMENT` naming the first value that makes no sense, or not with the others.
 */
export function resolvePhiSettings(options: PhiOptions = {}, heartbeatIntervalMs = 1000): PhiSettings {
  const defaults = defaultsFor(heartbeatIntervalMs);
  expectNames('phi', options, defaults);
  const settings = { ...defaults } as Record<string, unknown>;
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined) settings[name] = value;
  }
  const resolved = settings as unknown as PhiSettings;
  checkEach(resolved);
  checkTogether(resolved, heartbeatIntervalMs);
  return resolved;
}

function defaultsFor(heartbeatIntervalMs: number): PhiSettings {
  return {
    threshold: 8,
    windowSize: 100,
    minDeviationMs: Math.max(100, heartbeatIntervalMs / 10),
    acceptablePauseMs: Math.max(1000, heartbeatIntervalMs),
    firstEstimateMs: heartbeatIntervalMs,
    watchCount: 4,
    maxConnectedWatched: 16,
  };
}

function checkEach(settings: PhiSettings): void {
  const { threshold, windowSize, minDeviationMs, acceptablePauseMs, firstEstimateMs, watchCount, maxConnectedWatched } = settings;
  expectNumber('phi.threshold', threshold, 0.1);
  expectInteger('phi.windowSize', windowSize, 2);
  expectNumber('phi.minDeviationMs', minDeviationMs, 1);
  expectNumber('phi.acceptablePauseMs', acceptablePauseMs, 0);
  expectNumber('phi.firstEstimateMs', firstEstimateMs, 1);
  expectInteger('phi.watchCount', watchCount, 0);
  expectInteger('phi.maxConnectedWatched', maxConnectedWatched, 0);
  if (threshold > 100) throw invalidArgument('phi.threshold', 'at most 100: beyond it no silence is long enough', threshold);
  if (windowSize > 10_000) throw invalidArgument('phi.windowSize', 'at most 10000: each takes 8 bytes for each watched peer', windowSize);
  if (watchCount > 1000) throw invalidArgument('phi.watchCount', 'at most 1000: each costs two datagrams a heartbeat', watchCount);
  if (maxConnectedWatched > 1000) {
    throw invalidArgument('phi.maxConnectedWatched', 'at most 1000: each costs two datagrams a heartbeat', maxConnectedWatched);
  }
}

function checkTogether(settings: PhiSettings, heartbeatIntervalMs: number): void {
  const { firstEstimateMs, acceptablePauseMs, minDeviationMs } = settings;
  if (firstEstimateMs < heartbeatIntervalMs) {
    const expected = `at least heartbeatIntervalMs (${heartbeatIntervalMs}), because no heartbeat comes sooner: raise it or leave it out`;
    throw invalidArgument('phi.firstEstimateMs', expected, firstEstimateMs);
  }
  const leastMs = heartbeatIntervalMs - DEVIATIONS_TOLERATED * minDeviationMs;
  if (acceptablePauseMs < leastMs) {
    const expected = `at least ${leastMs} (heartbeatIntervalMs less ${DEVIATIONS_TOLERATED} times phi.minDeviationMs), so that one lost heartbeat starts no probe: raise it or lower heartbeatIntervalMs`;
    throw invalidArgument('phi.acceptablePauseMs', expected, acceptablePauseMs);
  }
}

/** The default threshold is reached after 5.6 deviations. */
const DEVIATIONS_TOLERATED = 5;
