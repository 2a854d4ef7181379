import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createStrategy } from '../../../src/balance/create-strategy.ts';
import { RoundRobinStrategy } from '../../../src/balance/round-robin.ts';
import type { LoadBalancer, LoadReport } from '../../../src/registry/node-source.ts';
import { WorkerRegistry } from '../../../src/registry/worker-registry.ts';
import type { NodeInfo } from '../../../src/swim/node-info.ts';
import { seededRandom } from '../../../src/testing/seeded-random.ts';
import { FakeMembership, node } from './fake-membership.ts';
import { setUp } from './worker-registry-setup.ts';

describe('worker registry: load', () => {
  it('counts own calls on top of the load that the worker reported', () => {
    const { registry } = setUp([node('a', { load: 3 })]);
    const load = (): number | undefined => registry.workers()[0]?.activeConnections;
    const first = registry.acquire('a');
    const second = registry.acquire('a');
    assert.equal(load(), 5);
    first.release();
    first.release();
    assert.equal(load(), 4);
    second.release();
    assert.equal(load(), 3);
  });

  it('takes over reported loads at a refresh and with events, and keeps its own calls', () => {
    const { membership, registry, events } = setUp([node('a', { load: 1 })]);
    const load = (): number | undefined => registry.workers()[0]?.activeConnections;
    registry.acquire('a');
    membership.set(node('a', { load: 7 }));
    registry.refresh();
    assert.equal(load(), 7);
    assert.deepEqual(events, []);
    membership.set(node('a', { load: 2 }));
    membership.suspect('a');
    assert.equal(load(), 2);
    registry.acquire('a');
    assert.equal(load(), 3);
  });

  it('shows the load of a selected worker as it changes', () => {
    const { registry } = setUp([node('a')]);
    const worker = registry.selectWorker();
    const call = registry.acquire(worker.nodeId);
    assert.equal(worker.activeConnections, 1);
    call.release();
    assert.equal(worker.activeConnections, 0);
  });

  it('still counts calls on a worker that was away meanwhile', () => {
    const { membership, registry } = setUp([node('a'), node('b')]);
    const call = registry.acquire('a');
    membership.fail('a');
    membership.recover('a');
    assert.equal(registry.workers()[0]?.activeConnections, 1);
    call.release();
    assert.equal(registry.workers()[0]?.activeConnections, 0);
  });

  it('counts a call that ends while its worker is away as ended', () => {
    const { membership, registry } = setUp([node('a')]);
    const call = registry.acquire('a');
    membership.fail('a');
    call.release();
    membership.recover('a');
    assert.equal(registry.workers()[0]?.activeConnections, 0);
  });

  it('is what others had at the last report plus the own calls not yet released, whatever happens in between', () => {
    const step = fc.record({
      nodeId: fc.constantFrom('a', 'b'),
      what: fc.constantFrom('acquire', 'acquire', 'release', 'suspect', 'recover', 'fail', 'restart', 'refresh'),
      load: fc.nat(5),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { membership, registry, ids } = setUp([node('a'), node('b')]);
        const open: { nodeId: string; call: { release(): void } }[] = [];
        const own = (nodeId: string): number => open.filter((each) => each.nodeId === nodeId).length;
        const others = new Map([
          ['a', 0],
          ['b', 0],
        ]);
        const reportOf = (nodeId: string): number => (membership.nodes().find((each) => each.nodeId === nodeId) as NodeInfo).load;
        steps.forEach(({ nodeId, what, load }, loadAtMs) => {
          const wasThere = ids().includes(nodeId);
          if (what === 'acquire') open.push({ nodeId, call: registry.acquire(nodeId) });
          else if (what === 'release') open.splice(load, 1)[0]?.call.release();
          else if (what === 'restart') membership.restart(nodeId, { load, loadAtMs });
          else if (what === 'refresh') {
            const known = membership.nodes().find((each) => each.nodeId === nodeId) as NodeInfo;
            membership.set({ ...known, load, loadAtMs });
            registry.refresh();
          } else membership[what](nodeId);
          const isThere = ids().includes(nodeId);
          if (isThere && (!wasThere || what === 'refresh' || what === 'restart'))
            others.set(nodeId, Math.max(0, reportOf(nodeId) - own(nodeId)));
          for (const worker of registry.workers())
            assert.equal(worker.activeConnections, own(worker.nodeId) + (others.get(worker.nodeId) ?? 0));
        });
      }),
    );
  });
});

describe('worker registry: loads that are followed', () => {
  it('are asked for while workers are chosen, and for ten seconds after', () => {
    const { membership, registry } = following(node('a'), node('b'));
    assert.deepEqual(membership.wanted(1000), []);
    registry.selectWorker();
    assert.deepEqual(membership.wanted(2000), ['a', 'b']);
    assert.deepEqual(membership.wanted(12_000), ['a', 'b']);
    assert.deepEqual(membership.wanted(12_001), []);
    registry.close();
    assert.deepEqual(membership.balancers.size, 0);
  });

  it('are not asked for by strategies that do not look at them', () => {
    for (const strategy of [new RoundRobinStrategy(seededRandom(1)), createStrategy('random', seededRandom(1))]) {
      const membership = new FollowedMembership(node('a'));
      new WorkerRegistry(membership, strategy).selectWorker();
      assert.equal(membership.balancers.size, 0);
    }
  });

  it('take one lookup for each report, and tell nobody else', () => {
    const { membership, registry } = following(node('a'), node('b'));
    let reads = 0;
    membership.nodes = () => {
      reads += 1;
      return [];
    };
    for (let atMs = 1; atMs <= 100; atMs++) membership.report({ nodeId: 'b', load: atMs, atMs });
    membership.report({ nodeId: 'stranger', load: 3, atMs: 1 });
    assert.equal(reads, 0);
    assert.deepEqual(loadsOf(registry), [0, 100]);
  });

  it('spread the choices of a process that makes no calls itself', () => {
    const { membership, registry } = following(node('a'), node('b'), node('c'));
    for (const [index, nodeId] of ['a', 'b', 'c'].entries()) membership.report({ nodeId, load: 4 * index, atMs: 1 });
    const chosen = Array.from({ length: 12 }, () => registry.selectWorker().nodeId);
    const count = (nodeId: string): number => chosen.filter((each) => each === nodeId).length;
    // They cost 0, 2 and 4 at first, and 6 in the end.
    assert.deepEqual(['a', 'b', 'c'].map(count), [6, 4, 2]);
    for (const nodeId of ['a', 'b', 'c']) membership.report({ nodeId, load: 2, atMs: 2 });
    assert.deepEqual(loadsOf(registry), [2, 2, 2]);
  });

  it('let as many of the last choices count as calls were reported, and at least one for each worker', () => {
    const { membership, registry } = following(node('a'), node('b'));
    const countedAt = (load: number): number => {
      for (let atMs = 1; atMs <= 3; atMs++) {
        for (const [index, nodeId] of ['a', 'b'].entries()) membership.report({ nodeId, load: index * load, atMs: load * 10 + atMs });
        for (let i = 0; i < 20; i++) registry.selectWorker();
        membership.wanted(atMs * 1000);
      }
      for (const nodeId of ['a', 'b']) membership.report({ nodeId, load: 0, atMs: load * 10 + 4 });
      return costsOf(registry).reduce((sum, cost) => sum + cost, 0);
    };
    // And the very last, which may become an own call.
    assert.equal(countedAt(0), 2 + 1);
    assert.equal(countedAt(7), 7 + 1);
  });

  it('count a choice once, whether the call is told of or not', () => {
    const { membership, registry } = following(node('a'));
    membership.report({ nodeId: 'a', load: 1, atMs: 1 });
    const call = registry.acquire(registry.selectWorker().nodeId);
    assert.deepEqual(costsOf(registry), [1.5]);
    call.release();
    assert.deepEqual(costsOf(registry), [0.5]);
    registry.selectWorker();
    assert.deepEqual(costsOf(registry), [1.5]);
  });

  it('stand for less the older they are, until a worker counts as an average one', () => {
    const { membership, registry } = following(node('a'), node('b'), node('c'));
    for (const [nodeId, load] of [
      ['a', 0],
      ['b', 40],
      ['c', 80],
    ] as const)
      membership.report({ nodeId, load, atMs: 0 });
    const costsAt = (now: number): number[] => {
      registry.acquire(registry.selectWorker().nodeId).release();
      membership.wanted(now);
      return costsOf(registry);
    };
    assert.deepEqual(costsAt(6000), [0, 20, 40]);
    assert.deepEqual(costsAt(12_000), [10, 20, 30]);
    assert.deepEqual(costsAt(120_000), [20, 20, 20]);
    membership.report({ nodeId: 'c', load: 2, atMs: 120_000 });
    assert.equal(registry.selectWorker().nodeId, 'c');
  });
});

/** A membership that reports loads, and whose balancers the test asks. */
class FollowedMembership extends FakeMembership {
  readonly balancers = new Set<LoadBalancer>();
  readonly #listeners = new Set<(report: LoadReport) => void>();

  onLoad(listener: (report: LoadReport) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  followLoads(balancer: LoadBalancer): () => void {
    this.balancers.add(balancer);
    return () => this.balancers.delete(balancer);
  }

  report(report: LoadReport): void {
    for (const listener of this.#listeners) listener(report);
  }

  wanted(now: number): readonly string[] {
    return [...this.balancers].flatMap((balancer) => balancer.wantedLoads(now));
  }
}

function following(...nodes: readonly NodeInfo[]): { membership: FollowedMembership; registry: WorkerRegistry } {
  const membership = new FollowedMembership(...nodes);
  return { membership, registry: new WorkerRegistry(membership, createStrategy('leastConnections', seededRandom(1))) };
}

function loadsOf(registry: WorkerRegistry): number[] {
  return registry.workers().map(({ activeConnections }) => activeConnections);
}

function costsOf(registry: WorkerRegistry): number[] {
  return registry.workers().map(({ cost }) => cost);
}
