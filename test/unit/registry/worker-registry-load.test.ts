import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { NodeInfo } from '../../../src/swim/node-info.ts';
import { node } from './fake-membership.ts';
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
    assert.equal(load(), 8);
    assert.deepEqual(events, []);
    membership.set(node('a', { load: 2 }));
    membership.suspect('a');
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

  it('is the reported load plus the calls not yet released, whatever happens in between', () => {
    const step = fc.record({
      nodeId: fc.constantFrom('a', 'b'),
      what: fc.constantFrom('acquire', 'acquire', 'release', 'suspect', 'recover', 'fail', 'restart', 'refresh'),
      load: fc.nat(5),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { membership, registry } = setUp([node('a'), node('b')]);
        const open: { nodeId: string; call: { release(): void } }[] = [];
        for (const { nodeId, what, load } of steps) {
          if (what === 'acquire') open.push({ nodeId, call: registry.acquire(nodeId) });
          else if (what === 'release') open.splice(load, 1)[0]?.call.release();
          else if (what === 'restart') membership.restart(nodeId, { load });
          else if (what === 'refresh') {
            const known = membership.nodes().find((each) => each.nodeId === nodeId) as NodeInfo;
            membership.set({ ...known, load });
            registry.refresh();
          } else membership[what](nodeId);
          for (const worker of registry.workers()) {
            const reported = membership.nodes().find((each) => each.nodeId === worker.nodeId)?.load ?? 0;
            assert.equal(worker.activeConnections, reported + open.filter((each) => each.nodeId === worker.nodeId).length);
          }
        }
      }),
    );
  });
});
