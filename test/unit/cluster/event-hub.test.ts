import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ClusterEvent } from '../../../src/cluster/cluster-event.ts';
import { EventHub } from '../../../src/cluster/event-hub.ts';
import type { MembershipEvent } from '../../../src/swim/membership-event.ts';
import type { NodeInfo } from '../../../src/swim/node-info.ts';
import { FakeClock } from '../../../src/testing/fake-clock.ts';
import { nodeInfo } from '../../support/node-info.ts';

describe('an event hub', () => {
  it('gives every listener every event, also when one of them throws', () => {
    const { hub, logged } = create();
    const seen: string[] = [];
    hub.listen(() => {
      throw new Error('listener broke');
    });
    const stop = hub.listen((event) => seen.push(event.kind));
    hub.emit(joined, 1);
    stop();
    hub.emit(left, 2);
    assert.deepEqual(seen, ['nodeJoined']);
    assert.match(logged.join(), /listener broke/);
  });

  it('does not call a listener that another one has just stopped, and calls one that listens twice twice', () => {
    const { hub } = create();
    const seen: string[] = [];
    const second = (event: ClusterEvent): void => void seen.push(event.kind);
    hub.listen(() => stop());
    const stop = hub.listen(second);
    hub.listen(second);
    hub.emit(joined, 1);
    assert.deepEqual(seen, ['nodeJoined']);
  });

  it('numbers events by the view after them, and those that change nothing in it as the one before', () => {
    const { hub } = create();
    const seen: number[] = [];
    hub.listen((event) => seen.push(event.version));
    hub.emit(joined, 1);
    hub.emit({ kind: 'partitionHealed', reachable: 2, expected: 2 });
    hub.emit(left, 2);
    assert.deepEqual(seen, [1, 1, 2]);
  });

  it('calls nobody after it was closed', () => {
    const { hub } = create();
    hub.close();
    hub.listen(() => assert.fail('a listener of a closed hub was called'));
    hub.emit(joined, 1);
  });
});

describe('an iterator', () => {
  it('begins with a snapshot, gives the events in order, and ends when the hub closes', async () => {
    const { hub, view } = create();
    Object.assign(view, { nodes: [node], version: 3 });
    const events = hub.iterate({ capacity: 10 });
    hub.emit(left, 4);
    hub.emit(joined, 5);
    assert.deepEqual(await read(events, 3), [
      { kind: 'snapshot', nodes: [node], version: 3 },
      { ...left, version: 4 },
      { ...joined, version: 5 },
    ]);
    const waiting = events.next();
    hub.close();
    assert.equal((await waiting).done, true);
    const late = hub.iterate({ capacity: 1 });
    assert.equal((await late.next()).value.kind, 'snapshot');
    assert.equal((await late.next()).done, true);
  });

  it('that was made in the midst of several events is not told again what its snapshot has', async () => {
    const { hub, view } = create();
    let events: AsyncIterableIterator<ClusterEvent> | undefined;
    // The engine is at version 3 while its first event is told.
    view.version = 3;
    hub.listen(() => {
      events ??= hub.iterate({ capacity: 10 });
    });
    hub.emit(joined, 1);
    hub.emit({ kind: 'partitionHealed', reachable: 2, expected: 2 }, 2);
    hub.emit(left, 3);
    hub.emit(joined, 4);
    assert.ok(events);
    assert.deepEqual(
      (await read(events, 3)).map((event) => [event.kind, event.version]),
      [
        ['snapshot', 3],
        ['partitionHealed', 3],
        ['nodeJoined', 4],
      ],
    );
  });

  it('is told of an expulsion that changes nothing in its snapshot', async () => {
    const { hub, view } = create();
    Object.assign(view, { nodes: [node], version: 3 });
    hub.emit(joined, 3);
    const events = hub.iterate({ capacity: 10 });
    hub.emit({ kind: 'nodeExpelled', node, reason: 'a test' });
    assert.deepEqual((await read(events, 2))[1], { kind: 'nodeExpelled', node, reason: 'a test', version: 3 });
  });

  it('tells a slow reader how many events it lost and gives a fresh snapshot, then goes on', async () => {
    const { hub, view } = create();
    const events = hub.iterate({ capacity: 3 });
    assert.equal((await events.next()).value.kind, 'snapshot');
    for (let version = 1; version <= 10; version++) hub.emit(joined, version);
    Object.assign(view, { nodes: [node], version: 11 });
    assert.deepEqual((await events.next()).value, { kind: 'eventsDropped', count: 10, nodes: [node], version: 11 });
    hub.emit(joined, 11);
    hub.emit(left, 12);
    assert.deepEqual((await events.next()).value, { ...left, version: 12 });
  });

  it('that is never read holds no more than its capacity, and then nothing', async () => {
    const { hub, view } = create();
    const events = hub.iterate({ capacity: 5 });
    const told = new Set<WeakRef<object>>();
    for (let version = 1; version <= 100_000; version++) {
      const event: MembershipEvent = { kind: 'nodeJoined', node: nodeInfo('a', 'alive') };
      if (version <= 3) told.add(new WeakRef(event.node));
      hub.emit(event, version);
    }
    view.version = 100_000;
    assert.deepEqual(await read(events, 1), [{ kind: 'eventsDropped', count: 100_000, nodes: [], version: 100_000 }]);
    const isEmpty = await Promise.race([events.next(), Promise.resolve('nothing waits')]);
    assert.equal(isEmpty, 'nothing waits');
  });

  it('keeps nothing after it was left', async () => {
    const { hub } = create();
    const events = hub.iterate({ capacity: 5 });
    hub.emit(joined, 1);
    for await (const event of events) {
      assert.equal(event.kind, 'snapshot');
      break;
    }
    hub.emit(left, 2);
    assert.equal((await events.next()).done, true);
  });
});

describe('with a time to collect', () => {
  it('a listener hears at its end what is left', () => {
    const { hub, clock } = create();
    const seen: ClusterEvent[] = [];
    hub.listen((event) => seen.push(event), 200);
    hub.emit(joined, 1);
    clock.advance(199);
    hub.emit({ kind: 'nodeTagsUpdated', node: nodeInfo('a', 'alive', { zone: 'eu' }), previousTags: {} }, 2);
    assert.deepEqual(seen, []);
    clock.advance(1);
    assert.deepEqual(seen, [{ kind: 'nodeJoined', node: nodeInfo('a', 'alive', { zone: 'eu' }), version: 1 }]);
    clock.advance(1000);
    assert.equal(seen.length, 1);
  });

  it('a listener that stops meanwhile hears nothing more, and one that is there when the hub closes hears the rest', () => {
    const { hub, clock } = create();
    const seen: string[] = [];
    const stop = hub.listen(() => seen.push('stopped'), 200);
    hub.listen(() => seen.push('told'), 200);
    hub.emit(joined, 1);
    stop();
    hub.close();
    assert.deepEqual(seen, ['told']);
    clock.advance(1000);
    assert.deepEqual(seen, ['told']);
    assert.equal(clock.pending, 0);
  });

  it('ten thousand changes do not wait for its end', () => {
    const { hub } = create();
    let heard = 0;
    hub.listen(() => heard++, 60_000);
    for (let version = 1; version <= 10_000; version++) hub.emit({ kind: 'nodeJoined', node: nodeInfo(`n${version}`, 'alive') }, version);
    assert.equal(heard, 10_000);
  });

  it('a snapshot after lost events leaves out what was being collected', async () => {
    const { hub, clock, view } = create();
    const events = hub.iterate({ capacity: 1, coalesceMs: 100 });
    for (const nodeId of ['a', 'b', 'c']) hub.emit({ kind: 'nodeJoined', node: nodeInfo(nodeId, 'alive') }, ++view.version);
    clock.advance(100);
    hub.emit({ kind: 'nodeSuspect', node: nodeInfo('a', 'suspect'), phi: undefined }, ++view.version);
    view.nodes = [nodeInfo('a', 'suspect')];
    const dropped: ClusterEvent = (await events.next()).value;
    assert.equal(dropped.kind === 'eventsDropped' && dropped.count, 4);
    // Without forgetting the suspicion it would cancel this out, and the reader would take the node for suspect for ever.
    hub.emit({ kind: 'nodeRecovered', node: nodeInfo('a', 'alive'), previousState: 'suspect' }, ++view.version);
    clock.advance(100);
    assert.equal((await events.next()).value.kind, 'nodeRecovered');
  });
});

const node = nodeInfo('a', 'alive');
const joined: MembershipEvent = { kind: 'nodeJoined', node };
const left: MembershipEvent = { kind: 'nodeLeft', node: nodeInfo('a', 'left') };

async function read(events: AsyncIterableIterator<ClusterEvent>, count: number): Promise<ClusterEvent[]> {
  const read: ClusterEvent[] = [];
  for (let i = 0; i < count; i++) read.push((await events.next()).value);
  return read;
}

interface Created {
  readonly hub: EventHub;
  readonly logged: string[];
  readonly clock: FakeClock;
  /** What a snapshot finds. */
  readonly view: { nodes: readonly NodeInfo[]; version: number };
}

function create(): Created {
  const logged: string[] = [];
  const log = (message: string, fields?: object): void => void logged.push(message + JSON.stringify(fields));
  const clock = new FakeClock();
  const view = { nodes: [], version: 0 };
  const hub = new EventHub({ clock, logger: { debug: log, info: log, warn: log, error: log } }, () => ({ ...view }));
  return { hub, logged, clock, view };
}
