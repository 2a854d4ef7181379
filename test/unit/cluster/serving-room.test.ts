import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { busyPauseMs, ServingRoom } from '../../../src/cluster/serving-room.ts';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { Deferred } from '../../../src/util/deferred.ts';
import { VirtualCluster } from '../../support/virtual-cluster.ts';

describe('a serving room', () => {
  it('lets in as many as it holds, and tells the rest when to come back', async () => {
    const { virtual, room } = create(2);
    const ends = [new Deferred<string>(), new Deferred<string>()];
    const served = ends.map((end) => room.serve(() => end.promise));
    await assert.rejects(
      room.serve(() => assert.fail('served above the capacity')),
      (error: RpcError) => {
        assert.equal(error.code, 'RESOURCE_EXHAUSTED');
        assert.match(error.message, /serves 2 tests at once/);
        assert.ok((error.retryAfterMs ?? 0) >= 50 && (error.retryAfterMs ?? 0) <= 150, String(error.retryAfterMs));
        return true;
      },
    );
    await virtual.pass(5);
    ends[0]?.resolve('first');
    assert.equal(await served[0], 'first');
    assert.equal(await virtual.until(room.serve(() => 'third')), 'third');
  });

  it('has room again after a failure', async () => {
    const { virtual, room } = create(1);
    const failing = room.serve(() => {
      throw new RpcError('INTERNAL', 'no');
    });
    await assert.rejects(virtual.until(failing), { code: 'INTERNAL' });
    assert.equal(await virtual.until(room.serve(() => 'next')), 'next');
  });

  it('gives each a turn of the event loop of its own, in order', async () => {
    const turns: (() => void)[] = [];
    const { runtime } = new VirtualCluster();
    const clock: Clock = { ...runtime.clock, afterInput: (task) => void turns.push(task) };
    const room = new ServingRoom({ runtime: { ...runtime, clock }, what: 'tests', capacity: 3, retryAfterMs: 100 });
    const order: number[] = [];
    for (const i of [1, 2, 3]) void room.serve(() => order.push(i));
    for (const served of [1, 2, 3]) {
      assert.equal(turns.length, 1);
      turns.shift()?.();
      await new Promise<void>((resolve) => setImmediate(resolve));
      assert.equal(order.length, served);
    }
    assert.deepEqual(order, [1, 2, 3]);
  });
});

describe('the pause before a busy node is asked again', () => {
  it('is never below what it said, and differs by chance', () => {
    const error = new RpcError('RESOURCE_EXHAUSTED', 'full', { retryAfterMs: 200 });
    assert.equal(busyPauseMs(error, { next: () => 0 }), 200);
    assert.equal(busyPauseMs(error, { next: () => 0.5 }), 300);
  });

  it('is bounded, whatever the node says', () => {
    assert.equal(busyPauseMs(new RpcError('RESOURCE_EXHAUSTED', 'full', { retryAfterMs: 3_600_000 }), { next: () => 0 }), 10_000);
  });

  it('is none after another error', () => {
    assert.equal(busyPauseMs(new RpcError('UNAVAILABLE', 'gone', { retryAfterMs: 200 }), { next: () => 0 }), undefined);
    assert.equal(busyPauseMs(new RpcError('RESOURCE_EXHAUSTED', 'too large'), { next: () => 0 }), undefined);
  });
});

function create(capacity: number): { virtual: VirtualCluster; room: ServingRoom } {
  const virtual = new VirtualCluster();
  return { virtual, room: new ServingRoom({ runtime: virtual.runtime, what: 'tests', capacity, retryAfterMs: 100 }) };
}
