import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { ClusterEvent } from '../../../src/cluster/cluster-event.ts';
import { netEvents } from '../../../src/cluster/net-events.ts';
import type { NodeInfo, NodeState } from '../../../src/swim/node-info.ts';
import { nodeInfo } from '../../support/node-info.ts';

/** What an engine may tell of one node, step by step; `known` is how the subscriber knew it before. */
const TABLE: readonly { readonly known: Known; readonly steps: readonly Step[]; readonly net: readonly string[] }[] = [
  { known: 'absent', steps: ['join', 'suspect'], net: ['nodeJoined', 'nodeSuspect'] },
  { known: 'absent', steps: ['join', 'suspect', 'recover'], net: ['nodeJoined'] },
  { known: 'absent', steps: ['join', 'tag', 'restart', 'tag'], net: ['nodeJoined'] },
  { known: 'absent', steps: ['join', 'suspect', 'fail'], net: ['nodeJoined', 'nodeFailed'] },
  { known: 'absent', steps: ['join', 'leave', 'join'], net: ['nodeJoined'] },
  { known: 'absent', steps: ['join', 'suspect', 'recover', 'leave', 'reap'], net: ['nodeJoined', 'nodeLeft', 'nodeReaped'] },
  { known: 'alive', steps: ['suspect', 'recover'], net: [] },
  { known: 'alive', steps: ['suspect', 'fail', 'recover'], net: [] },
  { known: 'alive', steps: ['suspect', 'fail'], net: ['nodeFailed'] },
  { known: 'alive', steps: ['suspect', 'fail', 'reap'], net: ['nodeFailed', 'nodeReaped'] },
  { known: 'alive', steps: ['leave', 'join'], net: ['nodeLeft', 'nodeJoined'] },
  { known: 'alive', steps: ['leave', 'join', 'leave', 'join'], net: ['nodeLeft', 'nodeJoined'] },
  { known: 'alive', steps: ['tag', 'tag', 'tag'], net: ['nodeTagsUpdated'] },
  { known: 'alive', steps: ['suspect', 'tag'], net: ['nodeTagsUpdated', 'nodeSuspect'] },
  { known: 'alive', steps: ['suspect', 'restart', 'suspect', 'restart'], net: ['nodeRestarted'] },
  { known: 'suspect', steps: ['recover', 'suspect'], net: [] },
  { known: 'suspect', steps: ['fail', 'recover'], net: ['nodeRecovered'] },
  { known: 'failed', steps: ['recover', 'suspect', 'fail'], net: [] },
  { known: 'failed', steps: ['recover', 'suspect'], net: ['nodeRecovered', 'nodeSuspect'] },
  { known: 'failed', steps: ['recover', 'leave'], net: ['nodeRecovered', 'nodeLeft'] },
  { known: 'failed', steps: ['restart', 'suspect', 'fail', 'reap'], net: ['nodeReaped'] },
];

describe('the net result of events', () => {
  for (const { known, steps, net } of TABLE) {
    test(`about a node that was ${known}: ${steps.join(', ')} is ${net.join(', ') || 'nothing'}`, () => {
      const { events } = play(known, steps);
      assert.deepEqual(kinds(netEvents(events)).sort(), [...net].sort());
    });
  }

  test('tells the tags from before the first change to after the last', () => {
    const { events, node } = play('alive', ['tag', 'tag', 'tag']);
    const [event] = netEvents(events);
    assert.ok(event?.kind === 'nodeTagsUpdated');
    assert.deepEqual([event.previousTags, event.node.tags, event.version], [{ step: '0' }, node?.tags, 3]);
  });

  test('says from which state a node came back that was suspect before, whatever happened in between', () => {
    const [event] = netEvents(play('suspect', ['fail', 'recover']).events);
    assert.ok(event?.kind === 'nodeRecovered' && event.previousState === 'suspect');
  });

  test('has the last health score, all events that are about no node, and keeps the order', () => {
    const events: ClusterEvent[] = [
      { kind: 'localHealth', score: 1, max: 7, version: 1 },
      { kind: 'partitionDetected', reachable: 1, expected: 3, isMinority: true, version: 2 },
      ...play('alive', ['suspect'], 'b').events.map((event) => ({ ...event, version: 3 })),
      { kind: 'localHealth', score: 2, max: 7, version: 4 },
      { kind: 'partitionHealed', reachable: 3, expected: 3, version: 5 },
    ];
    assert.deepEqual(kinds(netEvents(events)), ['partitionDetected', 'nodeSuspect', 'localHealth', 'partitionHealed']);
  });

  test('leads every subscriber to where all events would have, with fewer of them, by legal steps, in the order of versions', () => {
    const node = fc.record({ known: fc.constantFrom(...KNOWN), picks: fc.array(fc.nat({ max: 99 }), { maxLength: 12 }) });
    fc.assert(
      fc.property(fc.array(node, { minLength: 1, maxLength: 3 }), fc.infiniteStream(fc.nat({ max: 2 })), (nodes, turns) => {
        const histories = nodes.map(({ known, picks }, i) => play(known, walk(known, picks), `n${i}`));
        const all = interleave(
          histories.map((history) => history.events),
          turns,
        );
        const net = netEvents(all);
        assert.ok(net.length <= all.length);
        assert.deepEqual(
          [...net].sort((a, b) => a.version - b.version),
          net,
        );
        for (const [i, { known }] of nodes.entries()) checkNode(known, about(all, `n${i}`), about(net, `n${i}`));
      }),
    );
  });
});

type Known = 'absent' | NodeState;
type Step = 'join' | 'suspect' | 'recover' | 'fail' | 'leave' | 'restart' | 'tag' | 'reap';

const KNOWN: readonly Known[] = ['absent', 'alive', 'suspect', 'failed', 'left'];
/** What can happen to a node in a state. */
const STEPS: Readonly<Record<Known, readonly Step[]>> = {
  absent: ['join'],
  alive: ['suspect', 'leave', 'restart', 'tag'],
  suspect: ['recover', 'fail', 'leave', 'restart', 'tag'],
  failed: ['recover', 'restart', 'reap'],
  left: ['join', 'reap'],
};

function walk(known: Known, picks: readonly number[]): Step[] {
  let state = known;
  return picks.map((pick) => {
    const step = STEPS[state][pick % STEPS[state].length] as Step;
    state = stateAfter(state, step);
    return step;
  });
}

function stateAfter(state: Known, step: Step): Known {
  switch (step) {
    case 'join':
    case 'recover':
    case 'restart':
      return 'alive';
    case 'suspect':
      return 'suspect';
    case 'fail':
      return 'failed';
    case 'leave':
      return 'left';
    case 'reap':
      return 'absent';
    case 'tag':
      return state;
  }
}

/** The events of these steps, and the node as it is in the end. */
function play(
  known: Known,
  steps: readonly Step[],
  nodeId = 'a',
): { readonly events: ClusterEvent[]; readonly node: NodeInfo | undefined } {
  let node = nodeInfo(nodeId, known === 'absent' ? 'left' : known, { step: '0' });
  let state = known;
  const events = steps.map((step, i): ClusterEvent => {
    const previous = node;
    assert.ok(STEPS[state].includes(step), `${step} cannot happen to a node that is ${state}`);
    state = stateAfter(state, step);
    node = { ...previous, ...changesBy(step, i, previous), state: state === 'absent' ? previous.state : state };
    return eventOf(step, { node, previous, version: i + 1 });
  });
  return { events, node: state === 'absent' ? undefined : node };
}

function changesBy(step: Step, i: number, previous: NodeInfo): Partial<NodeInfo> {
  if (step === 'restart') return { epoch: previous.epoch + 1, tags: { life: String(i) } };
  if (step === 'tag') return { incarnation: previous.incarnation + 1, tags: { step: String(i + 1) } };
  return { incarnation: previous.incarnation + 1 };
}

function eventOf(step: Step, change: { readonly node: NodeInfo; readonly previous: NodeInfo; readonly version: number }): ClusterEvent {
  const { node, previous, version } = change;
  switch (step) {
    case 'join':
      return { kind: 'nodeJoined', node, version };
    case 'suspect':
      return { kind: 'nodeSuspect', node, phi: undefined, version };
    case 'recover':
      return { kind: 'nodeRecovered', node, previousState: previous.state === 'failed' ? 'failed' : 'suspect', version };
    case 'fail':
      return { kind: 'nodeFailed', node, version };
    case 'leave':
      return { kind: 'nodeLeft', node, version };
    case 'restart':
      return { kind: 'nodeRestarted', node, previous, version };
    case 'tag':
      return { kind: 'nodeTagsUpdated', node, previousTags: previous.tags, version };
    case 'reap':
      return { kind: 'nodeReaped', node, version };
  }
}

/** Events of several nodes as one sequence, with versions in its order. */
function interleave(histories: readonly (readonly ClusterEvent[])[], turns: fc.Stream<number>): ClusterEvent[] {
  const left = histories.map((history) => [...history]);
  const all: ClusterEvent[] = [];
  const iterator = turns[Symbol.iterator]();
  while (left.some((history) => history.length > 0)) {
    const waiting = left.filter((history) => history.length > 0);
    const event = waiting[Number(iterator.next().value) % waiting.length]?.shift();
    if (event !== undefined) all.push({ ...event, version: all.length + 1 });
  }
  return all;
}

function about(events: readonly ClusterEvent[], nodeId: string): ClusterEvent[] {
  return events.filter((event) => 'node' in event && event.node.nodeId === nodeId);
}

function checkNode(known: Known, all: readonly ClusterEvent[], net: readonly ClusterEvent[]): void {
  const end = (events: readonly ClusterEvent[]): Known => {
    let state = known;
    for (const event of events) {
      const step = STEP_OF[event.kind];
      assert.ok(step !== undefined && isLegal(state, step), `${event.kind} of a node that is ${state}: ${kinds(net).join()}`);
      state = stateAfter(state, step);
    }
    return state;
  };
  const state = end(all);
  assert.equal(end(net), state, `${known}, then ${kinds(all).join()}: the net is ${kinds(net).join()}`);
  const last = all.at(-1);
  if ((state === 'alive' || state === 'suspect') && last !== undefined && 'node' in last && net.length > 0) {
    const shown = net.at(-1);
    assert.ok(shown !== undefined && 'node' in shown);
    assert.deepEqual(shown.node.tags, last.node.tags);
  }
}

/** The suspicion before a failure may be left out. */
function isLegal(state: Known, step: Step): boolean {
  return STEPS[state].includes(step) || (state === 'alive' && step === 'fail');
}

const STEP_OF: Partial<Record<ClusterEvent['kind'], Step>> = {
  nodeJoined: 'join',
  nodeSuspect: 'suspect',
  nodeRecovered: 'recover',
  nodeFailed: 'fail',
  nodeLeft: 'leave',
  nodeRestarted: 'restart',
  nodeTagsUpdated: 'tag',
  nodeReaped: 'reap',
};

function kinds(events: readonly ClusterEvent[]): string[] {
  return events.map((event) => event.kind);
}
