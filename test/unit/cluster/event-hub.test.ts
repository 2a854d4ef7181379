import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EventHub } from '../../../src/cluster/event-hub.ts';
import type { MembershipEvent } from '../../../src/swim/membership-event.ts';
import type { NodeInfo } from '../../../src/swim/node-info.ts';

const node = { nodeId: 'a' } as NodeInfo;
const joined: MembershipEvent = { kind: 'nodeJoined', node };
const left: MembershipEvent = { kind: 'nodeLeft', node };

describe('an event hub', () => {
  it('gives every listener every event, also when one of them throws', () => {
    const { hub, logged } = create();
    const seen: string[] = [];
    hub.listen(() => {
      throw new Error('listener broke');
    });
    const stop = hub.listen((event) => seen.push(event.kind));
    hub.emit(joined);
    stop();
    hub.emit(left);
    assert.deepEqual(seen, ['nodeJoined']);
    assert.match(logged.join(), /listener broke/);
  });

  it('gives an iterator the events in order and ends it when it closes', async () => {
    const { hub } = create();
    const events = hub.iterate(10);
    hub.emit(joined);
    hub.emit(left);
    assert.deepEqual([(await events.next()).value, (await events.next()).value], [joined, left]);
    const waiting = events.next();
    hub.close();
    assert.equal((await waiting).done, true);
    assert.equal((await hub.iterate(1).next()).done, true);
  });

  it('tells a slow reader how many events it lost and gives a fresh snapshot, then goes on', async () => {
    const { hub } = create();
    const events = hub.iterate(3);
    for (let i = 0; i < 10; i++) hub.emit(joined);
    assert.deepEqual((await events.next()).value, { kind: 'eventsDropped', count: 10, nodes: [node] });
    hub.emit(left);
    assert.deepEqual((await events.next()).value, left);
  });

  it('keeps nothing for an iterator that was left', async () => {
    const { hub } = create();
    for await (const event of take(hub.iterate(5), hub)) assert.equal(event.kind, 'nodeJoined');
    hub.emit(left);
  });
});

async function* take(events: AsyncIterableIterator<MembershipEvent>, hub: EventHub): AsyncGenerator<MembershipEvent> {
  hub.emit(joined);
  for await (const event of events) {
    yield event;
    break;
  }
  assert.equal((await events.next()).done, true);
}

function create(): { hub: EventHub; logged: string[] } {
  const logged: string[] = [];
  const log = (message: string, fields?: object): void => void logged.push(message + JSON.stringify(fields));
  return { hub: new EventHub({ debug: log, info: log, warn: log, error: log }, () => [node]), logged };
}
