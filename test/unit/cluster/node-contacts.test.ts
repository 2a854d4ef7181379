import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ClusterClient } from '../../../src/cluster/cluster-client.ts';
import { NodeContacts } from '../../../src/cluster/node-contacts.ts';
import { WorkerRegistry } from '../../../src/cluster/worker-registry.ts';
import type { NodeInfo } from '../../../src/swim/node-info.ts';
import { FakeClock } from '../../../src/testing/fake-clock.ts';
import { rawMethod } from '../../../src/wire/raw-method.ts';
import { VirtualCluster, type VirtualNode } from '../../support/virtual-cluster.ts';

describe('what calls tell of other nodes', () => {
  it('counts an answer only for the life that gave it', () => {
    const { contacts, told } = create(7);
    contacts.noteContact('n', 6);
    assert.deepEqual(told, []);
    contacts.noteContact('n', 7);
    assert.deepEqual(told, ['contact n']);
  });

  it('counts an answer of nobody in particular, and none of a node that is not known', () => {
    const { contacts, told } = create(7);
    contacts.noteContact('n', undefined);
    contacts.noteContact('other', undefined);
    assert.deepEqual(told, ['contact n']);
  });

  it('passes a few of very many on, and each first one of a new life', () => {
    const { contacts, told, clock, setEpoch } = create(7);
    for (let i = 0; i < 1_000; i++) {
      contacts.noteContact('n', 7);
      clock.advance(1);
    }
    assert.equal(told.length, 5);
    setEpoch(8);
    contacts.noteContact('n', 8);
    assert.equal(told.length, 6);
  });

  it('holds a node for connected until the last connection to it is closed', () => {
    const { contacts, told } = create(7);
    for (const isOpen of [true, true, false]) contacts.noteConnection('n', isOpen);
    assert.deepEqual(told, ['connected n']);
    contacts.noteConnection('n', false);
    contacts.noteConnection('n', false);
    contacts.noteConnection('n', true);
    assert.deepEqual(told, ['connected n', 'disconnected n', 'connected n']);
  });
});

describe('two cluster clients of one process', () => {
  it('have a worker watched until both have closed their connections', async () => {
    const { virtual, director, worker } = await started();
    const clients = [1, 2].map(() => new ClusterClient(new WorkerRegistry(director.cluster)));
    for (const client of clients) await virtual.until(client.callWorker('W.who', EMPTY, 'label=w0', { key: 'one' }));
    await virtual.pass(2_000, 20);
    const isWatched = (): boolean => director.cluster.phi(worker.nodeId) !== undefined;
    assert.equal(isWatched(), true);
    await clients[0]?.close();
    await virtual.pass(3_000, 20);
    assert.equal(isWatched(), true);
    await clients[1]?.close();
    await virtual.pass(3_000, 20);
    assert.equal(isWatched(), false);
  });
});

describe('a stream whose items come in', () => {
  for (const kind of ['serverStreaming', 'bidirectional'] as const) {
    it(`shows that its worker is alive (${kind})`, async () => {
      const { virtual, director, worker } = await started();
      const method = rawMethod('W.ticks', kind);
      async function* ticks(): AsyncGenerator<Uint8Array> {
        for (;;) yield await virtual.after(100, EMPTY);
      }
      worker.server.registerMethod({ kind, method, handle: ticks } as Parameters<typeof worker.server.registerMethod>[0]);
      const caller = new ClusterClient(new WorkerRegistry(director.cluster)).caller('label=w0');
      const stream = kind === 'serverStreaming' ? caller.serverStreaming(method, EMPTY) : caller.bidirectional(method, []);
      const silentMs: number[] = [];
      for (let i = 0; i < 30; i++) {
        await virtual.until(stream.next());
        silentMs.push(virtual.clock.now() - (director.cluster.node(worker.nodeId)?.lastContactMs ?? 0));
      }
      assert.ok(Math.max(...silentMs) <= 300, silentMs.join());
      await virtual.until(Promise.resolve(stream.return?.()));
    });
  }
});

const EMPTY = Buffer.alloc(0);

/** The contacts of a node that knows one other, `n`, in its life `epoch`, and what they told the engine. */
function create(epoch: number): { contacts: NodeContacts; told: string[]; clock: FakeClock; setEpoch(epoch: number): void } {
  const told: string[] = [];
  const clock = new FakeClock();
  let present = epoch;
  const swim = {
    node: (nodeId: string) => (nodeId === 'n' ? ({ nodeId, epoch: present } as NodeInfo) : undefined),
    noteContact: (nodeId: string) => void told.push(`contact ${nodeId}`),
    setConnected: (nodeId: string, isConnected: boolean) => void told.push(`${isConnected ? 'connected' : 'disconnected'} ${nodeId}`),
  };
  const setEpoch = (next: number): void => {
    present = next;
  };
  return { contacts: new NodeContacts(swim, clock), told, clock, setEpoch };
}

/** So many nodes that the director does not watch all of them, and one that it does not watch. */
async function started(): Promise<{ virtual: VirtualCluster; director: VirtualNode; worker: VirtualNode }> {
  const virtual = new VirtualCluster();
  const director = await virtual.node('director', { membership: { probeIntervalMs: 60_000 } });
  const workers: VirtualNode[] = [];
  const membership = { probeIntervalMs: 60_000 };
  for (let i = 0; i < 9; i++) workers.push(await virtual.node(`n${i}`, { seeds: ['director:1000'], membership }));
  await virtual.pass(2_500, 20);
  const worker = workers.find(({ nodeId }) => director.cluster.phi(nodeId) === undefined);
  assert.ok(worker);
  worker.server.registerRaw('W.who', () => EMPTY);
  worker.cluster.updateTags({ role: 'worker', label: 'w0' });
  await virtual.pass(1_000, 20);
  return { virtual, director, worker };
}
