import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PhiDetector } from '../../../src/detector/phi-detector.ts';
import { WatchSet } from '../../../src/detector/watch-set.ts';

test('in a small cluster everybody is watched', () => {
  assert.deepEqual([...watching('me', ['a', 'b', 'c', 'd']).chosen()].sort(), ['a', 'b', 'c', 'd']);
});

test('in a large one four are, whatever the order in which they came', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 4, maxLength: 40 }), (peers) => {
      const chosen = watching('me', peers).chosen();
      assert.equal(chosen.length, 4);
      assert.deepEqual(watching('me', [...peers].reverse()).chosen(), chosen);
    }),
  );
});

test('whoever came and went before, those are chosen who would be chosen of the present ones', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(11), { maxLength: 80 }), fc.nat(5), (steps, count) => {
      const set = new WatchSet('me', count);
      for (const [i, step] of steps.entries()) {
        if (set.has(`peer-${step}`)) set.remove(`peer-${step}`);
        else set.add(`peer-${step}`);
        // Not always asked in between.
        if (i % 3 === 0) set.chosen();
      }
      const fresh = new WatchSet('me', count);
      for (let step = 0; step < 12; step++) if (set.has(`peer-${step}`)) fresh.add(`peer-${step}`);
      assert.deepEqual(set.chosen(), fresh.chosen());
    }),
  );
});

test('when a watched peer goes, the others stay', () => {
  const peers = Array.from({ length: 30 }, (_, i) => `peer-${i}`);
  const set = watching('me', peers);
  const [first, ...rest] = set.chosen();
  set.remove(first as string);
  assert.deepEqual(set.chosen().slice(0, 3), rest);
});

test('each node of a large cluster is watched by some', () => {
  const ids = Array.from({ length: 200 }, (_, i) => `node-${i}`);
  const watchers = new Map<string, number>();
  for (const id of ids)
    for (const peer of watching(
      id,
      ids.filter((other) => other !== id),
    ).chosen())
      watchers.set(peer, (watchers.get(peer) ?? 0) + 1);
  assert.ok(watchers.size > 190, `${watchers.size} of 200 are watched`);
  assert.ok(Math.max(...watchers.values()) <= 16);
});

test('peers with an open connection are watched besides, as long as they take part', () => {
  const detector = new PhiDetector('me', { watchCount: 1, maxConnectedWatched: 2 });
  for (const peer of ['a', 'b', 'c', 'd']) detector.add(peer);
  const [chosen] = detector.watched();
  const others = ['a', 'b', 'c', 'd'].filter((peer) => peer !== chosen);
  for (const peer of others) detector.setConnected(peer, true);
  assert.equal(detector.watched().length, 3);
  detector.remove(others[0] as string);
  assert.deepEqual([...detector.watched()].sort(), [chosen, others[1], others[2]].sort());
  detector.setConnected(others[1] as string, false);
  assert.equal(detector.watched().length, 2);
});

test('phi and history are known of watched peers only, and start anew when a peer comes back', () => {
  const detector = new PhiDetector('me');
  assert.equal(detector.phi('a', 0), undefined);
  assert.deepEqual(detector.history('a'), []);
  detector.add('a');
  detector.begin('a', 0);
  detector.heartbeat('a', 1000);
  detector.heartbeat('a', 2000);
  assert.deepEqual(detector.history('a'), [1000]);
  detector.remove('a');
  detector.add('a');
  assert.equal(detector.phi('a', 2000), undefined);
});

function watching(watcher: string, peers: readonly string[]): WatchSet {
  const set = new WatchSet(watcher, 4);
  for (const peer of peers) set.add(peer);
  return set;
}
