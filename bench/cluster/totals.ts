import type { SwimStats } from '../../src/swim/swim-options.ts';

/** What the nodes of one process, or of all of them, have done since they were started. Only the difference between two moments means something. */
export interface Totals {
  readonly datagrams: number;
  /** On the wire: with encryption and the headers of UDP and IPv4. */
  readonly gossipBytes: number;
  /** On TCP: joins, exchanges of views and reliable pings. */
  readonly callBytes: number;
  readonly probes: number;
  readonly failedProbes: number;
  readonly cpuMs: number;
}

export const NO_TOTALS: Totals = { datagrams: 0, gossipBytes: 0, callBytes: 0, probes: 0, failedProbes: 0, cpuMs: 0 };

/** The share of one node. */
export function totalsOf({ counters }: SwimStats): Totals {
  return {
    ...NO_TOTALS,
    datagrams: counters.datagramsSent,
    gossipBytes: counters.bytesSent + counters.datagramsSent * DATAGRAM_OVERHEAD_BYTES,
    probes: counters.probesSent,
    failedProbes: counters.probesFailed,
  };
}

export function addTotals(a: Totals, b: Totals): Totals {
  return combine(a, b, 1);
}

export function subtractTotals(a: Totals, b: Totals): Totals {
  return combine(a, b, -1);
}

function combine(a: Totals, b: Totals, sign: 1 | -1): Totals {
  return {
    datagrams: a.datagrams + sign * b.datagrams,
    gossipBytes: a.gossipBytes + sign * b.gossipBytes,
    callBytes: a.callBytes + sign * b.callBytes,
    probes: a.probes + sign * b.probes,
    failedProbes: a.failedProbes + sign * b.failedProbes,
    cpuMs: a.cpuMs + sign * b.cpuMs,
  };
}

/** Encryption of a gossip datagram, and the headers of UDP and IPv4. */
const DATAGRAM_OVERHEAD_BYTES = 34 + 28;
