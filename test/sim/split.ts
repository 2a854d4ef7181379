import assert from 'node:assert/strict';
import type { MembershipEvent } from '../../src/swim/membership-event.ts';
import { ClusterSimulation } from '../../src/testing/simulation/cluster-simulation.ts';
import type { SimulatedNode } from '../../src/testing/simulation/simulated-node.ts';

/** A cluster that was cut into sides; each of them lacks at least three nodes and a fifth of all. */
export interface Split {
  readonly simulation: ClusterSimulation;
  readonly sides: readonly (readonly SimulatedNode[])[];
  readonly cutMs: number;
}

/** What a split showed, in milliseconds: the slowest node's times since the cut, and those since its end. */
export interface SplitTimes {
  readonly suspectedMs: number;
  readonly detectedMs: number;
  readonly viewMs: number;
  readonly healToldMs: number;
}

/** Cuts a cluster that has been at rest for a while into sides of these sizes; the first has the lowest name. One way: from earlier sides to later ones. */
export function split(seed: number, sizes: readonly number[], options: { readonly isOneWay?: boolean } = {}): Split {
  const simulation = new ClusterSimulation({ seed });
  simulation.addNodes(sizes.reduce((sum, size) => sum + size));
  simulation.run(8000 + ((seed * 377) % 2000));
  const nodes = simulation.running();
  let taken = 0;
  const sides = sizes.map((size) => {
    taken += size;
    return nodes.slice(taken - size, taken);
  });
  for (const [index, side] of sides.entries()) {
    for (const other of sides.slice(index + 1)) simulation.network.partition(idsOf(side), idsOf(other), options);
  }
  return { simulation, sides, cutMs: simulation.nowMs };
}

/**
 * Keeps the sides apart for `apartMs`, heals, and waits for one view.
 * @throws AssertionError unless every node told once of the suspicion, of the partition with the right sizes and the right flag, and of its end; and unless
 * `hasQuorum` was right on each side.
 */
export function lastAndHeal({ simulation, sides, cutMs }: Split, apartMs: number): SplitTimes {
  simulation.run(apartMs);
  const size = sides.flat().length;
  for (const side of sides) for (const node of side) checkApart(node, { simulation, side: side.length, size });
  simulation.network.heal();
  const healMs = simulation.nowMs;
  const viewMs = simulation.runUntil(() => simulation.isConverged(), { withinMs: 180_000, everyMs: 100, what: 'one view' });
  simulation.run(AFTERMATH_MS);
  const nodes = sides.flat();
  for (const node of nodes) {
    assert.equal(node.swim.partition.hasQuorum(simulation.nowMs), true);
    for (const kind of ['partitionSuspected', 'partitionHealed'] as const)
      assert.equal(timesOf(node, kind).length, 1, `${node.nodeId}: ${kind}`);
  }
  const slowest = (kind: MembershipEvent['kind'], sinceMs: number): number =>
    Math.max(...nodes.map((node) => timesOf(node, kind)[0] ?? Number.NaN)) - sinceMs;
  return {
    suspectedMs: slowest('partitionSuspected', cutMs),
    detectedMs: slowest('partitionDetected', cutMs),
    viewMs,
    healToldMs: slowest('partitionHealed', healMs),
  };
}

/** The ids of nodes. */
export function idsOf(nodes: readonly SimulatedNode[]): string[] {
  return nodes.map(({ nodeId }) => nodeId);
}

function checkApart(
  node: SimulatedNode,
  apart: { readonly simulation: ClusterSimulation; readonly side: number; readonly size: number },
): void {
  const { simulation, side, size } = apart;
  // Of two equal halves the first side has the lowest name.
  const isMinority = side * 2 === size ? node.swim.node('node-1')?.state === 'failed' : side * 2 < size;
  // A suspicion that few others share may outlast the grace time: then the flag is corrected by a second event.
  const [detected, corrected = detected, ...more] = simulation.eventsOf(node.nodeId, 'partitionDetected');
  assert.deepEqual([detected?.expected, corrected?.isMinority, more], [size, isMinority, []]);
  assert.deepEqual(simulation.eventsOf(node.nodeId, 'partitionHealed'), []);
  assert.equal(node.swim.partition.hasQuorum(simulation.nowMs), !isMinority);
}

function timesOf(node: SimulatedNode, kind: MembershipEvent['kind']): number[] {
  return node.events.flatMap(({ atMs, event }) => (event.kind === kind ? [atMs] : []));
}

/** Longer than the grace time, so that a second partition would be told of. */
const AFTERMATH_MS = 40_000;
