import { expectNames, invalidArgument } from '../errors/expect.ts';
import { checkEachSetting, checkSettingsTogether } from './settings-checks.ts';

/**
 * How fast the membership engine works and what it may cost. Every value has a default for each {@link Profile}; `n` is the number of nodes that
 * are alive or suspect, this one included.
 */
export interface SwimSettings {
  /** Milliseconds between two probes by this node. Lower finds failures sooner; traffic grows in proportion. Default 1000 (wan 5000). */
  readonly probeIntervalMs: number;
  /**
   * Longest wait for a direct answer before relays are asked, in milliseconds; also how long the relays have. The wait adapts to the network:
   * 4 times the 99th percentile of the round trips, between `probeTimeoutMinMs` and this. Default 500 (wan 3000, local 200).
   */
  readonly probeTimeoutMs: number;
  /** Shortest wait for a direct answer. Default 100 (wan 500, local 50). */
  readonly probeTimeoutMinMs: number;
  /** How many others are asked to probe a node that did not answer. Each costs four small datagrams, only then. Default 3 (local 1). */
  readonly indirectProbes: number;
  /** Whether such a node is also asked over the reliable transport, so that blocked UDP is not taken for a failure. Default true. */
  readonly isReliablePingOn: boolean;
  /** Milliseconds between two rounds of gossip while there is news. Default 200 (wan 500, local 100). */
  readonly gossipIntervalMs: number;
  /** How many nodes hear the news in each round. Default 3 (wan 4). */
  readonly gossipFanout: number;
  /** For how long a failed node still hears the news, so that it can object. Default 30,000 (wan 60,000, local 15,000). */
  readonly gossipToFailedMs: number;
  /**
   * Each piece of news is sent `retransmitMult * ceil(log10(n + 1))` times, and up to twice as often while probes show that datagrams are lost.
   * Default 4 (local 2).
   */
  readonly retransmitMult: number;
  /**
   * The shortest suspicion lasts `suspicionMult * max(1, log10(n)) * probeIntervalMs`. Higher gives slow nodes more time to object and delays
   * `nodeFailed` as much. Default 4 (wan 6, local 3).
   */
  readonly suspicionMult: number;
  /** Overrides `suspicionMult * probeIntervalMs`: the shortest suspicion is then `suspicionTimeoutMs * max(1, log10(n))`. Default 0: not used. */
  readonly suspicionTimeoutMs: number;
  /** The longest suspicion, that of a single accuser, in multiples of the shortest. Default 6. */
  readonly suspicionMaxMult: number;
  /** Lifeguard's health score stays below this: at worst, probing is this many times slower. Default 8. */
  readonly localHealthMax: number;
  /**
   * Milliseconds between two exchanges of whole views with a random node, times `ceil(log2(n) - 5) + 1` above 32 nodes. 0 turns them off.
   * An exchange costs about 30 bytes for each member. Default 30,000 (wan 60,000, local 15,000).
   */
  readonly syncIntervalMs: number;
  /**
   * Milliseconds between two attempts to reach a failed node again, each made with probability failed / alive; the first three come after 1/8, 1/4
   * and 1/2 of it. 0 turns them off. Default 30,000 (wan 60,000, local 5000).
   */
  readonly reconnectIntervalMs: number;
  /** For how long a failed node is tried, and remembered; longer while a partition is reported for want of it. Default 24 hours (local 10 minutes). */
  readonly failedRetentionMs: number;
  /** For how long a node that left is remembered, so that late news does not bring it back. Default 24 hours (local 5 minutes). */
  readonly leftRetentionMs: number;
  /**
   * Most nodes that are alive or suspect, this one included: what a node takes in of a cluster is bounded by it. Above it seeds refuse joins with
   * `RESOURCE_EXHAUSTED`, and what gossip tells of further nodes is dropped and counted (`membersFull`). Set the same on all nodes; each costs about 2 KB of memory. Default 10,000.
   */
  readonly maxMembers: number;
  /** Most failed and left nodes that are remembered: this, or `2 n` if that is more. The oldest go first. Default 1000. */
  readonly maxTombstones: number;
  /** Milliseconds between two joins with the seeds while there are other nodes; the first after a random part of it. 0 turns them off. Default 60,000 (wan 120,000, local 5000). */
  readonly seedRejoinIntervalMs: number;
  /** Longest pause between two joins with the seeds while this node is alone: 1 s at first, doubling, by up to a quarter at random. Default 5000. */
  readonly aloneRejoinMs: number;
  /** Longest time a leaving node stays to pass its goodbye on. Default 1000 (wan 3000, local 200). */
  readonly leaveLingerMs: number;
  /** Milliseconds from the end of one round of heartbeats to the next. Default 1000 (wan 5000). */
  readonly heartbeatIntervalMs: number;
  /**
   * How old the load of a worker may be before it is asked for, in milliseconds, while calls are balanced over it. Of more than 50 workers at 1000 it gets as
   * old as 20 ms for each of them. Lower balances better and costs up to 200 bytes for each worker and interval. Default 1000 (wan 2000).
   */
  readonly loadIntervalMs: number;
  /** Largest datagram before encryption. 1200 is what every path carries; 34 of it are the encryption's. Default 1166. */
  readonly maxDatagramBytes: number;
}

/** `lan`: one data centre. `wan`: round trips up to a second. `local`: one machine, for development and tests. */
export type Profile = 'lan' | 'wan' | 'local';

/** A profile, and what is to be different. */
export interface SwimSettingsOptions extends Partial<SwimSettings> {
  /** Default `lan`. */
  readonly profile?: Profile;
}

/**
 * Fills in the defaults of the profile.
 *
 * @throws RpcError `INVALID_ARGUMENT` naming the first value that makes no sense, or none beside the others.
 */
export function resolveSwimSettings(options: SwimSettingsOptions = {}): SwimSettings {
  expectNames('membership', options, { profile: true, ...LAN });
  const { profile = 'lan', ...given } = options;
  if (!Object.hasOwn(PROFILES, profile)) throw invalidArgument('membership.profile', '"lan", "wan" or "local"', profile);
  const defaults = PROFILES[profile];
  const settings: Record<string, unknown> = { ...defaults };
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined) settings[name] = value;
  }
  checkEachSetting(settings as Record<keyof SwimSettings, unknown>);
  const resolved = settings as unknown as SwimSettings;
  checkSettingsTogether(resolved, new Set(Object.keys(given)));
  return resolved;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const LAN: SwimSettings = {
  probeIntervalMs: SECOND,
  probeTimeoutMs: 500,
  probeTimeoutMinMs: 100,
  indirectProbes: 3,
  isReliablePingOn: true,
  gossipIntervalMs: 200,
  gossipFanout: 3,
  gossipToFailedMs: 30 * SECOND,
  retransmitMult: 4,
  suspicionMult: 4,
  suspicionTimeoutMs: 0,
  suspicionMaxMult: 6,
  localHealthMax: 8,
  syncIntervalMs: 30 * SECOND,
  reconnectIntervalMs: 30 * SECOND,
  failedRetentionMs: 24 * HOUR,
  leftRetentionMs: 24 * HOUR,
  maxMembers: 10_000,
  maxTombstones: 1000,
  seedRejoinIntervalMs: MINUTE,
  aloneRejoinMs: 5 * SECOND,
  leaveLingerMs: SECOND,
  heartbeatIntervalMs: SECOND,
  loadIntervalMs: SECOND,
  maxDatagramBytes: 1166,
};

const PROFILES: Readonly<Record<Profile, SwimSettings>> = {
  lan: LAN,
  wan: {
    ...LAN,
    probeIntervalMs: 5 * SECOND,
    probeTimeoutMs: 3 * SECOND,
    probeTimeoutMinMs: 500,
    gossipIntervalMs: 500,
    gossipFanout: 4,
    gossipToFailedMs: MINUTE,
    suspicionMult: 6,
    syncIntervalMs: MINUTE,
    reconnectIntervalMs: MINUTE,
    seedRejoinIntervalMs: 2 * MINUTE,
    leaveLingerMs: 3 * SECOND,
    heartbeatIntervalMs: 5 * SECOND,
    loadIntervalMs: 2 * SECOND,
  },
  local: {
    ...LAN,
    probeTimeoutMs: 200,
    probeTimeoutMinMs: 50,
    indirectProbes: 1,
    gossipIntervalMs: 100,
    gossipToFailedMs: 15 * SECOND,
    retransmitMult: 2,
    suspicionMult: 3,
    syncIntervalMs: 15 * SECOND,
    reconnectIntervalMs: 5 * SECOND,
    failedRetentionMs: 10 * MINUTE,
    leftRetentionMs: 5 * MINUTE,
    seedRejoinIntervalMs: 5 * SECOND,
    leaveLingerMs: 200,
  },
};
