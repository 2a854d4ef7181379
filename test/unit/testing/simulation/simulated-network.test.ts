import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../../src/testing/seeded-random.ts';
import { SimulatedNetwork } from '../../../../src/testing/simulation/simulated-network.ts';

test('a rule disturbs the links that it names and no other', () => {
  const network = new SimulatedNetwork(seededRandom(1), { delayMs: [1, 1] });
  const rule = network.addRule({ from: ['a'], to: ['b'], delayMs: [100, 100], duplicates: 1, reordered: 1 });
  const copies = network.carryDatagram('a', 'b');
  assert.equal(copies.length, 2);
  for (const delayMs of copies) assert.ok(delayMs >= 101 && delayMs <= 301, `${delayMs} ms`);
  assert.equal(network.carryCall('a', 'b'), 101);
  for (const [from, to] of [
    ['b', 'a'],
    ['a', 'c'],
    ['c', 'b'],
  ] as const)
    assert.deepEqual(network.carryDatagram(from, to), [1]);
  rule.remove();
  assert.deepEqual(network.carryDatagram('a', 'b'), [1]);
  const { sent, duplicated, reordered, delayed, lost } = network.counters;
  assert.deepEqual({ sent, duplicated, reordered, delayed, lost }, { sent: 5, duplicated: 1, reordered: 2, delayed: 3, lost: 0 });
});

test('a rule for datagrams leaves calls alone', () => {
  const network = new SimulatedNetwork(seededRandom(1), { delayMs: [1, 1] });
  network.addRule({ loss: 1, scope: 'datagrams' });
  assert.deepEqual(network.carryDatagram('a', 'b'), []);
  assert.equal(network.carryCall('a', 'b'), 1);
});

test('a split cuts nodes without a common group: bridges reach both sides, and whoever is in none reaches all', () => {
  const network = new SimulatedNetwork(seededRandom(1));
  const split = network.split([
    ['a', 'bridge'],
    ['b', 'bridge'],
  ]);
  const isOpen = (from: string, to: string): boolean => network.carryDatagram(from, to).length > 0;
  assert.deepEqual([isOpen('a', 'b'), isOpen('b', 'a')], [false, false]);
  assert.deepEqual([isOpen('a', 'bridge'), isOpen('bridge', 'b'), isOpen('other', 'a'), isOpen('b', 'other')], [true, true, true, true]);
  assert.equal(network.counters.cut, 2);
  split.remove();
  assert.ok(isOpen('a', 'b'));
});

test('a cut in one direction lets the other through, and no call either', () => {
  const network = new SimulatedNetwork(seededRandom(1));
  network.partition(['a'], ['b'], { isOneWay: true });
  assert.deepEqual(network.carryDatagram('a', 'b'), []);
  assert.equal(network.carryDatagram('b', 'a').length, 1);
  assert.equal(network.carryCall('a', 'b'), undefined);
  assert.equal(network.counters.oneWayCuts, 1);
});
