import { expectInteger, expectNumber, invalidArgument } from '../errors/expect.ts';
import type { SwimSettings } from './settings.ts';

/** Throws unless every setting makes sense by itself. @throws RpcError `INVALID_ARGUMENT` naming the first that does not, and what it may be. */
export function checkEachSetting(settings: Readonly<Record<keyof SwimSettings, unknown>>): void {
  for (const [name, range] of Object.entries(RANGES) as [keyof SwimSettings, Range][]) {
    const value = settings[name];
    if (range === 'boolean') {
      if (typeof value !== 'boolean') throw invalidArgument(name, 'true or false', value);
      continue;
    }
    if (name.endsWith('Ms') || name.startsWith('suspicion')) expectNumber(name, value, range.min);
    else expectInteger(name, value, range.min);
    if ((value as number) > range.max) throw invalidArgument(name, `at most ${range.max}`, value);
  }
}

/**
 * Throws unless the settings fit each other. `given`: the names of those that were not left to the profile.
 * @throws RpcError `INVALID_ARGUMENT` naming one that does not, the values it depends on, and what to do.
 */
export function checkSettingsTogether(settings: SwimSettings, given: ReadonlySet<string>): void {
  for (const rule of RULES) {
    if (rule.isKept(settings)) continue;
    throw invalidArgument(rule.name, rule.expected(settings), settings[rule.name]);
  }
  if (settings.suspicionTimeoutMs > 0 && given.has('suspicionMult')) {
    const expected = 'left out beside suspicionTimeoutMs, which takes its place: give one of them';
    throw invalidArgument('suspicionMult', expected, settings.suspicionMult);
  }
}

/** The shortest suspicion in a cluster of ten nodes or fewer. */
export function baseSuspicionMs(settings: SwimSettings): number {
  return settings.suspicionTimeoutMs > 0 ? settings.suspicionTimeoutMs : settings.suspicionMult * settings.probeIntervalMs;
}

/**
 * How long ten nodes need at least to find a suspect and to hear its objection: one round of probes, and news there and back. Longer suspicions of larger
 * clusters grow with the logarithm of the size, as the rounds of gossip do.
 */
function leastSuspicionMs(settings: SwimSettings): number {
  const rounds = Math.ceil(Math.log(10) / Math.log(1 + settings.gossipFanout));
  return settings.probeIntervalMs + 2 * rounds * settings.gossipIntervalMs;
}

/** How long the longest suspicion lasts in a cluster of `maxMembers`. */
function longestSuspicionMs(settings: SwimSettings): number {
  return baseSuspicionMs(settings) * Math.max(1, Math.log10(settings.maxMembers)) * settings.suspicionMaxMult;
}

/** Until a node that missed a goodbye has found the absence by itself and has told the rest. */
function leastRetentionMs(settings: SwimSettings): number {
  return baseSuspicionMs(settings) * settings.suspicionMaxMult + settings.syncIntervalMs;
}

interface Rule {
  readonly name: keyof SwimSettings;
  readonly isKept: (settings: SwimSettings) => boolean;
  readonly expected: (settings: SwimSettings) => string;
}

/** In each the value that is named comes first, then why, then what to do. */
const RULES: readonly Rule[] = [
  {
    name: 'probeTimeoutMinMs',
    isKept: (s) => s.probeTimeoutMinMs <= s.probeTimeoutMs,
    expected: (s) => `at most probeTimeoutMs (${s.probeTimeoutMs}): lower it or raise probeTimeoutMs`,
  },
  {
    name: 'probeTimeoutMs',
    isKept: (s) => s.probeTimeoutMs + s.probeTimeoutMinMs <= s.probeIntervalMs,
    expected: (s) =>
      `at most probeIntervalMs - probeTimeoutMinMs (${s.probeIntervalMs - s.probeTimeoutMinMs}), so that relays have time to answer before the next probe: lower it or raise probeIntervalMs`,
  },
  {
    name: 'gossipIntervalMs',
    isKept: (s) => s.gossipIntervalMs <= s.probeIntervalMs,
    expected: (s) => `at most probeIntervalMs (${s.probeIntervalMs}), so that an objection is not slower than the next probe: lower it`,
  },
  {
    name: 'suspicionTimeoutMs',
    isKept: (s) => s.suspicionTimeoutMs === 0 || s.suspicionTimeoutMs >= leastSuspicionMs(s),
    expected: (s) =>
      `0 or at least ${leastSuspicionMs(s)} (one probe and the way of news there and back), so that a suspect can object: raise it`,
  },
  {
    name: 'suspicionMult',
    isKept: (s) => baseSuspicionMs(s) >= leastSuspicionMs(s),
    expected: (s) =>
      `at least ${roundedUp(leastSuspicionMs(s) / s.probeIntervalMs)} (one probe and the way of news there and back), so that a suspect can object: raise it or lower gossipIntervalMs`,
  },
  {
    name: 'suspicionMaxMult',
    isKept: (s) => longestSuspicionMs(s) <= LONGEST_TIMER_MS,
    expected: (s) =>
      `such that a suspicion ends within ${LONGEST_TIMER_MS} ms (now ${Math.round(longestSuspicionMs(s))}): lower it or suspicionMult`,
  },
  {
    name: 'heartbeatIntervalMs',
    isKept: (s) => s.heartbeatIntervalMs >= s.probeTimeoutMs,
    expected: (s) =>
      `at least probeTimeoutMs (${s.probeTimeoutMs}), so that an answer comes before the next heartbeat replaces its question: raise it`,
  },
  {
    name: 'syncIntervalMs',
    isKept: (s) => s.syncIntervalMs === 0 || s.syncIntervalMs >= s.gossipIntervalMs,
    expected: (s) =>
      `0 or at least gossipIntervalMs (${s.gossipIntervalMs}): an exchange mends what gossip missed, and is dearer, so raise it`,
  },
  {
    name: 'gossipToFailedMs',
    isKept: (s) => s.gossipToFailedMs <= s.failedRetentionMs,
    expected: (s) =>
      `at most failedRetentionMs (${s.failedRetentionMs}), after which the node is forgotten: lower it or raise failedRetentionMs`,
  },
  {
    name: 'failedRetentionMs',
    isKept: (s) => s.failedRetentionMs >= 2 * s.reconnectIntervalMs,
    expected: (s) =>
      `at least twice reconnectIntervalMs (${2 * s.reconnectIntervalMs}), so that a failed node is tried before it is forgotten: raise it or lower reconnectIntervalMs`,
  },
  {
    name: 'failedRetentionMs',
    isKept: (s) => s.failedRetentionMs >= leastRetentionMs(s),
    expected: (s) =>
      `at least ${leastRetentionMs(s)} (the longest suspicion and syncIntervalMs), so that late news does not bring a node back that is gone: raise it`,
  },
  {
    name: 'leftRetentionMs',
    isKept: (s) => s.leftRetentionMs >= leastRetentionMs(s),
    expected: (s) =>
      `at least ${leastRetentionMs(s)} (the longest suspicion and syncIntervalMs), so that late news does not bring a node back that is gone: raise it`,
  },
  {
    name: 'aloneRejoinMs',
    isKept: (s) => s.seedRejoinIntervalMs === 0 || s.aloneRejoinMs <= s.seedRejoinIntervalMs,
    expected: (s) =>
      `at most seedRejoinIntervalMs (${s.seedRejoinIntervalMs}), because a node that is alone needs its seeds more: lower it`,
  },
  {
    name: 'leaveLingerMs',
    isKept: (s) => s.leaveLingerMs === 0 || s.leaveLingerMs >= s.gossipIntervalMs,
    expected: (s) => `0 or at least gossipIntervalMs (${s.gossipIntervalMs}), so that the goodbye is passed on once: raise it`,
  },
];

function roundedUp(value: number): number {
  return Math.ceil(value * 100) / 100;
}

type Range = { readonly min: number; readonly max: number } | 'boolean';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** What a timer of Node.js can wait; a longer one would ring at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Upper ends keep what is multiplied with them below the longest timer: the health score for probes, the size of the cluster for exchanges. */
const RANGES: Readonly<Record<keyof SwimSettings, Range>> = {
  probeIntervalMs: { min: 10, max: HOUR },
  probeTimeoutMs: { min: 5, max: HOUR },
  probeTimeoutMinMs: { min: 1, max: HOUR },
  indirectProbes: { min: 0, max: 100 },
  isReliablePingOn: 'boolean',
  gossipIntervalMs: { min: 1, max: HOUR },
  gossipFanout: { min: 1, max: 100 },
  gossipToFailedMs: { min: 0, max: Number.MAX_SAFE_INTEGER },
  retransmitMult: { min: 1, max: 100 },
  suspicionMult: { min: 1, max: 1000 },
  suspicionTimeoutMs: { min: 0, max: DAY },
  suspicionMaxMult: { min: 1, max: 100 },
  localHealthMax: { min: 1, max: 100 },
  syncIntervalMs: { min: 0, max: DAY },
  reconnectIntervalMs: { min: 0, max: DAY },
  failedRetentionMs: { min: 1000, max: Number.MAX_SAFE_INTEGER },
  leftRetentionMs: { min: 1000, max: Number.MAX_SAFE_INTEGER },
  maxMembers: { min: 1, max: 100_000 },
  maxTombstones: { min: 0, max: 1_000_000 },
  seedRejoinIntervalMs: { min: 0, max: DAY },
  aloneRejoinMs: { min: 100, max: DAY },
  leaveLingerMs: { min: 0, max: HOUR },
  heartbeatIntervalMs: { min: 10, max: HOUR },
  loadIntervalMs: { min: 100, max: HOUR },
  maxDatagramBytes: { min: 1166, max: 8900 },
};
