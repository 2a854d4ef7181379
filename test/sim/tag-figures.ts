import type { Tags } from '../../src/swim/node-info.ts';
import type { ClusterSimulation } from '../../src/testing/simulation/cluster-simulation.ts';

/** How long a change of tags took, and what it cost. */
export interface TagChange {
  /** Until all nodes had it. */
  readonly knownMs: number;
  /** Questions for large tags to the node that changed them. */
  readonly ownerAsked: number;
  /** The same to all nodes. */
  readonly allAsked: number;
}

/** Sets the tags of one node and waits until all have them. */
export function changeTags(simulation: ClusterSimulation, nodeId: string, tags: Tags): TagChange {
  return changeOften(simulation, nodeId, [tags]);
}

/** Sets the tags of one node again and again, one change every 10 ms, and waits from the last one on until all nodes have that. */
export function changeOften(simulation: ClusterSimulation, nodeId: string, changes: readonly Tags[]): TagChange {
  const owner = simulation.node(nodeId);
  const asked = (): number => simulation.running().reduce((sum, node) => sum + node.tags.questions, 0);
  const before = { owner: owner.tags.questions, all: asked() };
  changes.forEach((tags, index) => {
    if (index > 0) simulation.run(10);
    owner.setTags(tags);
  });
  const last = changes.at(-1);
  let waiting = simulation.running();
  const isKnown = (): boolean => {
    waiting = waiting.filter(({ swim }) => swim.node(nodeId)?.tags.version !== last?.version);
    return waiting.length === 0;
  };
  const knownMs = simulation.runUntil(isKnown, { withinMs: 600_000, everyMs: 10, what: 'the tags to be known' });
  return { knownMs, ownerAsked: owner.tags.questions - before.owner, allAsked: asked() - before.all };
}

/** Tags of about so many bytes; others for each version and size. */
export function tagsOf(version: string, bytes: number): Tags {
  return { role: 'worker', version: `${version} of ${bytes}`, text: 'x'.repeat(bytes) };
}

/** How old the loads of followed workers are at a director, in milliseconds, and how many datagrams that costs it in a second. */
export function followedLoads(
  simulation: ClusterSimulation,
  options: { readonly director: string; readonly workers: readonly string[]; readonly forMs: number },
): { readonly agesMs: readonly number[]; readonly pingsPerSecond: number } {
  const director = simulation.node(options.director);
  director.followLoads(options.workers);
  simulation.run(3000);
  const before = director.swim.stats().counters.loadPingsSent;
  const agesMs: number[] = [];
  for (let passedMs = 0; passedMs < options.forMs; passedMs += 50) {
    simulation.run(50);
    for (const nodeId of options.workers) agesMs.push(simulation.nowMs - (director.swim.node(nodeId)?.loadAtMs ?? 0));
  }
  const pings = director.swim.stats().counters.loadPingsSent - before;
  director.followLoads([]);
  return { agesMs, pingsPerSecond: pings / (options.forMs / 1000) };
}
