import { hasSameTags } from '../swim/limits.ts';
import { isActive } from '../swim/precedence.ts';
import type { ClusterEvent } from './cluster-event.ts';

/**
 * What is left of several events in a row: for each node those few of them that lead to the same end, in the order in which they came. What is kept
 * obeys the rules of single events: `nodeJoined` comes first, and nothing but a return follows `nodeFailed` and `nodeLeft`. Of `localHealth` the last is
 * kept; expulsions, and events that are not about a node, are all kept.
 */
export function netEvents(events: readonly ClusterEvent[]): readonly ClusterEvent[] {
  const byNode = new Map<string, NodeEvent[]>();
  const kept: ClusterEvent[] = [];
  let health: ClusterEvent | undefined;
  for (const event of events) {
    if (event.kind === 'localHealth') health = event;
    else if (!isAboutPresence(event)) kept.push(event);
    else addTo(byNode, event);
  }
  if (health !== undefined) kept.push(health);
  const aboutNodes = [...byNode.values()].flatMap(netOfNode);
  // Only events about no node can share a version with another: they come after it.
  return [...aboutNodes, ...kept].sort((a, b) => a.version - b.version);
}

/** Events that lead from one presence of a node to another. An expulsion does not: `nodeLeft` before it did. */
type NodeEvent = Exclude<Extract<ClusterEvent, { readonly node: unknown }>, { readonly kind: 'nodeExpelled' }>;
type Presence = 'absent' | 'alive' | 'suspect' | 'failed' | 'left';

/** True for an event that a look at all nodes makes superfluous. */
export function isAboutPresence(event: ClusterEvent): event is NodeEvent {
  return 'node' in event && event.kind !== 'nodeExpelled';
}

function addTo(byNode: Map<string, NodeEvent[]>, event: NodeEvent): void {
  const events = byNode.get(event.node.nodeId);
  if (events === undefined) byNode.set(event.node.nodeId, [event]);
  else events.push(event);
}

/** A goodbye in between is kept if the subscriber knew the node before; lives that began and ended meanwhile are nothing. */
function netOfNode(events: readonly NodeEvent[]): readonly NodeEvent[] {
  const lives = splitIntoLives(events);
  const [first = []] = lives;
  const last = lives.at(-1) ?? first;
  return lives.length === 1 || before(first) === 'absent' ? netOfLife(last) : [...netOfLife(first), ...netOfLife(last)];
}

/** Each ends with a goodbye, or when the node is forgotten. */
function splitIntoLives(events: readonly NodeEvent[]): readonly (readonly NodeEvent[])[] {
  const lives: NodeEvent[][] = [];
  let life: NodeEvent[] = [];
  events.forEach((event, i) => {
    life.push(event);
    const isEnd = event.kind === 'nodeReaped' || (event.kind === 'nodeLeft' && events[i + 1]?.kind !== 'nodeReaped');
    if (!isEnd && i < events.length - 1) return;
    lives.push(life);
    life = [];
  });
  return lives;
}

function netOfLife(events: readonly NodeEvent[]): readonly NodeEvent[] {
  const was = before(events);
  const is = after(events);
  if (is === 'absent') return netOfEnd(events, was);
  const begin = beginning(events, was, is);
  const from = begin === undefined ? was : 'alive';
  const kept = [begin, changeOf(events, from, is), begin === undefined || begin.kind === 'nodeRecovered' ? tagsOf(events, is) : undefined];
  const net = kept.filter((event) => event !== undefined);
  const { node } = events.at(-1) as NodeEvent;
  if (is === 'alive') return net.map((event) => ({ ...event, node }));
  // A suspect has joined, or come back, as one that was alive; what is told last of it is how it is now.
  const lastVersion = Math.max(...net.map((event) => event.version));
  return net.map((event) => (event.version === lastVersion ? { ...event, node } : event));
}

/**
 * The node is forgotten in the end: how it went counts only for those who did not know it as gone. One that joined may have been known as one that left
 * before, and then this is the end of that too.
 */
function netOfEnd(events: readonly NodeEvent[], was: Presence): readonly NodeEvent[] {
  const end = events.slice(-1);
  if (was === 'failed' || was === 'left') return end;
  return [lastOf(events, 'nodeJoined'), lastOf(events, 'nodeFailed') ?? lastOf(events, 'nodeLeft'), ...end].filter(
    (event) => event !== undefined,
  );
}

/** How it came to be there: it joined, began a new life, or came back from failure to stay. */
function beginning(events: readonly NodeEvent[], was: Presence, is: Presence): NodeEvent | undefined {
  if (was === 'absent') return lastOf(events, 'nodeJoined');
  const restarted = lastOf(events, 'nodeRestarted');
  if (restarted !== undefined) return { ...restarted, previous: firstOf(events, 'nodeRestarted')?.previous ?? restarted.previous };
  const recovered = was === 'failed' && is !== 'failed' ? firstOf(events, 'nodeRecovered') : undefined;
  return recovered;
}

/** The event that leads from one state to the other. */
function changeOf(events: readonly NodeEvent[], from: Presence, to: Presence): NodeEvent | undefined {
  if (from === to) return undefined;
  switch (to) {
    case 'alive': {
      const recovered = lastOf(events, 'nodeRecovered');
      return recovered && { ...recovered, previousState: 'suspect' };
    }
    case 'suspect':
      return lastOf(events, 'nodeSuspect');
    case 'failed':
      return lastOf(events, 'nodeFailed');
    case 'left':
      return lastOf(events, 'nodeLeft');
    case 'absent':
      return undefined;
  }
}

function tagsOf(events: readonly NodeEvent[], is: Presence): NodeEvent | undefined {
  const last = lastOf(events, 'nodeTagsUpdated');
  if (last === undefined || is === 'absent' || !isActive(is)) return undefined;
  const previousTags = firstOf(events, 'nodeTagsUpdated')?.previousTags ?? last.previousTags;
  return hasSameTags(previousTags, last.node.tags) ? undefined : { ...last, previousTags };
}

/** How the subscriber knew the node before its first event. */
function before(events: readonly NodeEvent[]): Presence {
  const event = events[0] as NodeEvent;
  switch (event.kind) {
    case 'nodeJoined':
      return 'absent';
    case 'nodeRestarted':
      return event.previous.state;
    case 'nodeRecovered':
      return event.previousState;
    case 'nodeSuspect':
    case 'nodeLeft':
      return 'alive';
    case 'nodeFailed':
      return 'suspect';
    case 'nodeTagsUpdated':
    case 'nodeReaped':
      return event.node.state;
  }
}

function after(events: readonly NodeEvent[]): Presence {
  const event = events.at(-1) as NodeEvent;
  return event.kind === 'nodeReaped' ? 'absent' : event.node.state;
}

function lastOf<K extends NodeEvent['kind']>(events: readonly NodeEvent[], kind: K): Extract<NodeEvent, { readonly kind: K }> | undefined {
  return firstOf([...events].reverse(), kind);
}

function firstOf<K extends NodeEvent['kind']>(events: readonly NodeEvent[], kind: K): Extract<NodeEvent, { readonly kind: K }> | undefined {
  return events.find((event): event is Extract<NodeEvent, { readonly kind: K }> => event.kind === kind);
}
