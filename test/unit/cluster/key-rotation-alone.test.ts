import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CertificateBook } from '../../../src/cluster/certificate-book.ts';
import { ClusterSecurity } from '../../../src/cluster/cluster-security.ts';
import { GossipCipher } from '../../../src/cluster/gossip-cipher.ts';
import { createGossipKey } from '../../../src/cluster/gossip-key.ts';
import { KeyRotation } from '../../../src/cluster/key-rotation.ts';
import { advance, type KeyState, mergeKeyStates } from '../../../src/cluster/key-state.ts';
import { NodeSecurity } from '../../../src/cluster/node-security.ts';
import type { SecurityState } from '../../../src/cluster/security-state.ts';
import type { NodeInfo } from '../../../src/swim/node-info.ts';
import type { FakeClock } from '../../../src/testing/fake-clock.ts';
import { VirtualCluster } from '../../support/virtual-cluster.ts';

describe('a rotation of the gossip key', () => {
  it('comes to an end although somebody makes up thousands of nodes that never answer, and more all the time', async () => {
    const { clock, rotation, members, security, until } = make();
    for (let i = 0; i < 3_000; i++) members.push(member(`ghost${i}`));
    const added = setGhosts(clock, members);
    const startMs = clock.now();
    const { unreached } = await until(rotation.rotate());
    assert.equal(security.keys?.phase, 'using');
    assert.ok(unreached.length >= 3_000);
    // Telling all of them three times, eight at a time and in two steps, would take three hours.
    assert.ok(clock.now() - startMs < 600_000, `${clock.now() - startMs} ms`);
    added.cancel();
    rotation.close();
  });

  it('that waited for another one begins nothing when the node leaves', async () => {
    const { rotation, members, security, until } = make();
    members.push(member('b'));
    const first = assert.rejects(until(rotation.spread()), { code: 'CANCELLED' });
    const second = assert.rejects(rotation.rotate(), { code: 'CANCELLED' });
    const keys = security.found();
    rotation.close();
    await first;
    await second;
    assert.equal(security.keys, keys);
  });
});

describe('an expulsion', () => {
  it('is made good by another rotation when one that knew nothing of it won', async () => {
    let competitor: KeyState | undefined;
    const { rotation, members, security, until } = make((told) => {
      // The other node was ahead with a rotation of its own, which the expelled node was told of.
      const theirs = competitor ?? { ...advance(told.keys as KeyState), key: createGossipKey(), madeFor: '' };
      competitor ??= theirs;
      const keys = mergeKeyStates(told.keys as KeyState, theirs);
      return { ...told, keys };
    });
    members.push(member('b'));
    const cluster = new ClusterSecurity({ nodeId: 'me', security, rotation, expectPresent: () => undefined });
    await until(cluster.expel('x'));
    assert.equal(security.exposedMs, 0);
    assert.equal(security.keys?.generation, 2);
    assert.notDeepEqual(security.keys?.key, competitor?.key);
    rotation.close();
  });
});

/** A ghost more every 20 ms. */
function setGhosts(clock: FakeClock, members: NodeInfo[]): { cancel(): void } {
  let isOver = false;
  const add = (): void => {
    if (isOver) return;
    members.push(member(`late${members.length}`));
    clock.schedule(20, add);
  };
  add();
  return {
    cancel: () => {
      isOver = true;
    },
  };
}

/** A rotation at node `me`. What it tells others gets this answer at once; without one its calls end after 5 seconds. */
function make(answer?: (told: SecurityState) => SecurityState): {
  readonly clock: FakeClock;
  readonly rotation: KeyRotation;
  readonly members: NodeInfo[];
  readonly security: NodeSecurity;
  until<T>(promise: Promise<T>): Promise<T>;
} {
  const { clock, runtime } = new VirtualCluster();
  const security = new NodeSecurity({
    nodeId: 'me',
    clock,
    cipher: new GossipCipher('test'),
    certificates: new CertificateBook('me', () => undefined),
    configured: undefined,
    overlapMs: 1_000,
    events: { onForeignKeys: () => undefined, onExpelled: () => undefined, onReadmitted: () => undefined },
  });
  security.found();
  const members: NodeInfo[] = [];
  const rotation = new KeyRotation({
    runtime,
    nodeId: 'me',
    security,
    members: () => members,
    push: async () => {
      if (!answer) return new Promise<SecurityState>((_, reject) => clock.schedule(5_000, () => reject(new Error('no answer'))));
      const theirs = answer(security.snapshot());
      security.adopt(theirs);
      return theirs;
    },
    overlapMs: 1_000,
    rotateEveryMs: 0,
  });
  return { clock, rotation, members, security, until: (promise) => untilSettled(clock, promise) };
}

/** Lets time pass until the promise is settled, an hour at most. */
async function untilSettled<T>(clock: FakeClock, promise: Promise<T>): Promise<T> {
  let isSettled = false;
  const note = (): void => {
    isSettled = true;
  };
  promise.then(note, note);
  for (let i = 0; i < 3_600 && !isSettled; i++) {
    await new Promise(setImmediate);
    clock.advance(1_000);
  }
  assert.ok(isSettled, 'it never ends');
  return promise;
}

function member(nodeId: string): NodeInfo {
  return {
    ...{ nodeId, epoch: 1, incarnation: 0, state: 'alive', tags: {}, hasCurrentTags: true, load: 0, isLocal: false },
    ...{ address: `${nodeId}:1`, gossipAddress: `${nodeId}:2`, loadAtMs: undefined, lastContactMs: undefined },
  };
}
