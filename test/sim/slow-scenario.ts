import type { LifeguardPart } from '../../src/swim/lifeguard.ts';
import type { SwimSettingsOptions } from '../../src/swim/settings.ts';
import { ClusterSimulation } from '../../src/testing/simulation/cluster-simulation.ts';

/** What the others were accused of because one node was slow. */
export interface Accusations {
  /** Healthy nodes that some node held for suspect: how often that was told. */
  readonly suspected: number;
  /** Healthy nodes that some node held for failed: how often that was told. */
  readonly failed: number;
}

/** How a slow node is watched. */
export interface SlowScenario {
  readonly seed: number;
  readonly nodes: number;
  readonly forMs: number;
  readonly what: 'loop' | 'messages';
  readonly without?: readonly LifeguardPart[];
  /** Default 5000; a quarter of the time is spent in stalls of this length. */
  readonly stallMs?: number;
  readonly settings?: SwimSettingsOptions;
}

/**
 * One node of a cluster stands still for 5 of every 20 seconds (Lifeguard, section 2; scenario 6). What is told of the slow node itself is no mistake
 * and does not count.
 */
export function accusationsByASlowNode(scenario: SlowScenario): Accusations {
  const { seed, nodes, forMs, what, without = [], stallMs = 5000, settings = {} } = scenario;
  const simulation = new ClusterSimulation({ seed, without, settings });
  simulation.addNodes(nodes, { everyMs: 1 });
  simulation.run(15_000);
  const slowId = `node-${nodes}`;
  simulation.slow(slowId, { stallMs, everyMs: 4 * stallMs, what });
  simulation.run(forMs);
  const events = simulation.running().flatMap((node) => node.events.map(({ event }) => event));
  const count = (kind: 'nodeSuspect' | 'nodeFailed'): number =>
    events.filter((event) => event.kind === kind && event.node.nodeId !== slowId).length;
  return { suspected: count('nodeSuspect'), failed: count('nodeFailed') };
}
