import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SwimEffect } from '../../src/swim/effects.ts';
import type { NodeInfo, NodeState } from '../../src/swim/node-info.ts';
import { ClusterSimulation } from '../../src/testing/simulation/cluster-simulation.ts';
import { InvariantError } from '../../src/testing/simulation/invariant-error.ts';
import type { SimulatedNode } from '../../src/testing/simulation/simulated-node.ts';

describe('each checker bites when an engine breaks its rule in the middle of a run', () => {
  test('noResurrection', () => {
    const simulation = formed();
    simulation.crash('node-3');
    simulation.runUntil(() => simulation.seenBy('node-1', 'node-3') === 'failed', { withinMs: 20_000 });
    afterTimers(simulation.node('node-1'), (effects) => [...effects, changed(simulation, { state: 'alive' })]);
    bites(simulation, 'noResurrection');
  });

  test('monotoneVersion', () => {
    const simulation = formed();
    simulation.node('node-3').setTags({ turn: '1' });
    simulation.run(5000);
    afterTimers(simulation.node('node-1'), (effects) => [...effects, changed(simulation, { state: 'alive', incarnation: 0 })]);
    bites(simulation, 'monotoneVersion');
  });

  test('illegalPair', () => {
    const simulation = formed();
    afterTimers(simulation.node('node-1'), (effects) => [...effects, changed(simulation, { state: 'failed' })]);
    bites(simulation, 'illegalPair');
  });

  test('onlyTheOwnerRaises: a version that its owner never announced', () => {
    const simulation = formed();
    afterTimers(simulation.node('node-1'), (effects) => [...effects, changed(simulation, { state: 'alive', incarnation: 7 })]);
    bites(simulation, 'onlyTheOwnerRaises');
  });

  test('onlyTheOwnerRaises: a goodbye that was never said', () => {
    const simulation = formed();
    afterTimers(simulation.node('node-1'), (effects) => [...effects, changed(simulation, { state: 'left' })]);
    bites(simulation, 'onlyTheOwnerRaises');
  });

  test('oneLife', () => {
    const simulation = formed();
    const node = simulation.node('node-3');
    const epoch = (node.swim.node('node-3')?.epoch ?? 0) + 1;
    afterTimers(node, (effects) => [...effects, changed(simulation, { epoch, state: 'alive' })]);
    bites(simulation, 'oneLife');
  });

  test('selfIsAlive', () => {
    const simulation = formed();
    afterTimers(simulation.node('node-3'), (effects) => [...effects, changed(simulation, { state: 'failed' })]);
    bites(simulation, 'selfIsAlive');
  });

  test('oneMeaning', () => {
    const simulation = new ClusterSimulation({ seed: 1 });
    simulation.addNode('node-1', { tags: { a: '1' } });
    shows(simulation.node('node-1'), (node) => ({ ...node, tags: { a: 'another' } }));
    simulation.addNode('node-2');
    bites(simulation, 'oneMeaning');
  });

  test('nothingUnreported: a change is kept to itself', () => {
    const simulation = formed();
    const isOther = (effect: SwimEffect): boolean => effect.kind !== 'memberChanged';
    afterTimers(simulation.node('node-1'), (effects) => effects.filter(isOther));
    simulation.crash('node-3');
    bites(simulation, 'nothingUnreported');
  });

  test('nothingUnreported: a node is shown in another state than the one accepted', () => {
    const simulation = formed();
    shows(simulation.node('node-1'), (node) => (node.nodeId === 'node-3' ? { ...node, state: 'suspect' } : node));
    bites(simulation, 'nothingUnreported');
  });

  test('eventOrder', () => {
    const simulation = formed();
    const node = simulation.node('node-1').swim.node('node-3') as NodeInfo;
    afterTimers(simulation.node('node-1'), (effects) => [...effects, { kind: 'emit', event: { kind: 'nodeFailed', node }, version: 0 }]);
    bites(simulation, 'eventOrder');
  });

  for (const [what, amount] of [
    ['members', { remembered: 50 }],
    ['news', { newsWaiting: 50 }],
  ] as const) {
    test(`bounded: ${what}`, () => {
      const simulation = formed();
      const { swim } = simulation.node('node-1');
      const stats = swim.stats.bind(swim);
      Object.assign(swim, { stats: () => ({ ...stats(), ...amount }) });
      bites(simulation, 'bounded');
    });
  }

  test('bounded: timers', () => {
    const simulation = formed();
    let generation = 1_000_000;
    afterTimers(simulation.node('node-1'), (effects) => {
      const more = Array.from({ length: 100 }, () => ({ kind: 'suspicion', key: 'x', generation: generation++ }) as const);
      return [...effects, ...more.map((timer) => ({ kind: 'scheduleTimer', timer, afterMs: 3_600_000 }) as const)];
    });
    bites(simulation, 'bounded');
  });

  test('bounded: tombstones, when the engine does not clean up', () => {
    const simulation = new ClusterSimulation({ seed: 1, settings: { profile: 'local', maxTombstones: 2 } });
    simulation.addNodes(3);
    const { swim } = simulation.node('node-1');
    const handleTimer = swim.handleTimer.bind(swim);
    Object.assign(swim, {
      handleTimer: (...[timer, now]: Parameters<typeof handleTimer>) => (timer.kind === 'housekeeping' ? [] : handleTimer(timer, now)),
    });
    for (let i = 0; i < 10; i++) {
      simulation.addNode(`brief-${i}`);
      simulation.run(3000);
      simulation.leave(`brief-${i}`);
    }
    bites(simulation, 'bounded', 100_000);
  });

  test('one view after calm, when a cut is never healed', () => {
    const simulation = formed();
    simulation.network.split([['node-1', 'node-3'], ['node-2']]);
    simulation.node('node-2').setTags({ turn: '1' });
    const wait = (): unknown => simulation.runUntil(() => simulation.isConverged(), { withinMs: 60_000, everyMs: 100, what: 'one view' });
    assert.throws(wait, /Seed 1: one view was not reached within 60000 ms/);
  });
});

test('the same cluster left alone breaks no rule', () => {
  formed().run(120_000);
});

function formed(): ClusterSimulation {
  const simulation = new ClusterSimulation({ seed: 1 });
  simulation.addNodes(3);
  simulation.run(5000);
  return simulation;
}

/** Alters what the engine of a node asks for when a timer was due. */
function afterTimers({ swim }: SimulatedNode, alter: (effects: readonly SwimEffect[]) => readonly SwimEffect[]): void {
  const handleTimer = swim.handleTimer.bind(swim);
  Object.assign(swim, { handleTimer: (...input: Parameters<typeof handleTimer>) => alter(handleTimer(...input)) });
}

/** Alters what the engine of a node shows. */
function shows({ swim }: SimulatedNode, alter: (node: NodeInfo) => NodeInfo): void {
  const nodes = swim.nodes.bind(swim);
  Object.assign(swim, { nodes: () => nodes().map(alter) });
}

/** A claim about node-3, in the version that it has unless said otherwise. */
function changed(simulation: ClusterSimulation, claim: Partial<NodeInfo> & { readonly state: NodeState }): SwimEffect {
  const { nodeId, epoch, incarnation } = simulation.node('node-3').swim.node('node-3') as NodeInfo;
  return { kind: 'memberChanged', nodeId, epoch, incarnation, ...claim };
}

function bites(simulation: ClusterSimulation, rule: string, forMs = 20_000): void {
  assert.throws(
    () => simulation.run(forMs),
    ({ cause }: Error) => cause instanceof InvariantError && cause.rule === rule,
  );
}
