import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Linked, LinkedList } from '../../../src/util/linked-list.ts';

class Item implements Linked<Item> {
  list: LinkedList<Item> | undefined;
  previous: Item | undefined;
  next: Item | undefined;
}

describe('a linked list', () => {
  it('holds what was added and not taken out, in its order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { maxLength: 60 }), (steps) => {
        const items = Array.from({ length: 8 }, () => new Item());
        const list = new LinkedList<Item>();
        let expected: Item[] = [];
        for (const step of steps) {
          const item = items[step];
          if (item === undefined) {
            assert.equal(list.shift(), expected.shift());
          } else if (item.list === undefined) {
            list.push(item);
            expected.push(item);
          } else {
            list.remove(item);
            expected = expected.filter((other) => other !== item);
          }
          assert.ok(isSame(itemsOf(list), expected));
        }
      }),
    );
  });
});

/** `deepEqual` follows the links; this compares the items themselves. */
function isSame(left: readonly Item[], right: readonly Item[]): boolean {
  return left.length === right.length && left.every((item, i) => item === right[i]);
}

function itemsOf(list: LinkedList<Item>): Item[] {
  const items: Item[] = [];
  for (let item = list.first; item; item = item.next) items.push(item);
  return items;
}
