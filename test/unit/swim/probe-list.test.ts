import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMember } from '../../../src/swim/member.ts';
import { MemberTable } from '../../../src/swim/member-table.ts';
import { ProbeList } from '../../../src/swim/probe-list.ts';
import { seededRandom } from '../../../src/testing/seeded-random.ts';
import { recordOf } from './engine-under-test.ts';

test('every member has one turn in each round', () => {
  const { list, add } = listOf(50);
  for (let i = 0; i < 50; i++) add(`late-${i}`);
  for (let round = 0; round < 3; round++) {
    const names = Array.from({ length: 100 }, () => list.next()?.nodeId);
    assert.equal(new Set(names).size, 100);
  }
});

test('a member that goes and comes back again and again has no second turn in the round', () => {
  const { list } = listOf(20);
  const seen: (string | undefined)[] = [];
  for (let i = 0; i < 20; i++) {
    seen.push(list.next()?.nodeId);
    list.add('node-3');
  }
  assert.equal(seen.filter((name) => name === 'node-3').length, 1);
  assert.equal(new Set(seen).size, 20);
});

test('a newcomer may come at any place of what is left of the round', () => {
  const places = new Set<number>();
  for (let seed = 1; seed <= 200; seed++) {
    const { list, add } = listOf(4, seed);
    list.next();
    add('new');
    const rest = Array.from({ length: 4 }, () => list.next()?.nodeId);
    places.add(rest.indexOf('new'));
  }
  assert.deepEqual([...places].sort(), [0, 1, 2, 3]);
});

function listOf(count: number, seed = 5): { list: ProbeList; add: (nodeId: string) => void } {
  const table = new MemberTable();
  const list = new ProbeList(table, seededRandom(seed));
  const add = (nodeId: string): void => {
    table.add(createMember(recordOf(nodeId), { nowMs: 0, isLocal: false }));
    list.add(nodeId);
  };
  for (let i = 0; i < count; i++) add(`node-${i}`);
  return { list, add };
}
