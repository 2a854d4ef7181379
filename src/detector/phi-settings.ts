import { expectInteger, expectNumber } from '../errors/expect.ts';

/** How the phi detector judges silence. */
export interface PhiSettings {
  /** Phi at which a full probe starts at once. Lower is faster and costs needless probes; never a false failure. Default 8. */
  readonly threshold: number;
  /** Intervals remembered for each watched peer, 8 bytes each. Default 200. */
  readonly windowSize: number;
  /** Deviations below this are not believed, in milliseconds: a very even network would otherwise make it nervous. Default 100. */
  readonly minDeviationMs: number;
  /** Silence that is tolerated on top, for pauses of the peer, in milliseconds. Default 1000. */
  readonly acceptablePauseMs: number;
  /** The expected interval between heartbeats in milliseconds, until it is measured. Default 1000; give it the engine's. */
  readonly heartbeatIntervalMs: number;
  /** Peers that each node watches; all of them in a cluster of `watchCount + 1`. Each costs two small datagrams a round. Default 4. */
  readonly watchCount: number;
  /** Most peers with an open connection that are watched besides. Default 16. */
  readonly maxConnectedWatched: number;
}

/** Fills in the defaults. @throws RpcError `INVALID_ARGUMENT` naming the first value that makes no sense. */
export function resolvePhiSettings(options: Partial<PhiSettings> = {}): PhiSettings {
  const settings: PhiSettings = { ...DEFAULTS, ...options };
  expectNumber('threshold', settings.threshold, 0.1);
  expectInteger('windowSize', settings.windowSize, 2);
  expectNumber('minDeviationMs', settings.minDeviationMs, 1);
  expectNumber('acceptablePauseMs', settings.acceptablePauseMs, 0);
  expectNumber('heartbeatIntervalMs', settings.heartbeatIntervalMs, 1);
  expectInteger('watchCount', settings.watchCount, 0);
  expectInteger('maxConnectedWatched', settings.maxConnectedWatched, 0);
  return settings;
}

const DEFAULTS: PhiSettings = {
  threshold: 8,
  windowSize: 200,
  minDeviationMs: 100,
  acceptablePauseMs: 1000,
  heartbeatIntervalMs: 1000,
  watchCount: 4,
  maxConnectedWatched: 16,
};
