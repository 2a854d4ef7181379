import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CallTable, type TableEntry } from '../../../src/call/call-table.ts';

interface Entry extends TableEntry<Entry> {}

describe('a table of calls', () => {
  it('agrees with a map, whatever comes and goes', () => {
    const id = fc.oneof(
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 0, max: 40 }).map((n) => (n * 64) >>> 0),
      fc.integer({ min: 0, max: 0xffff_ffff }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), id), { maxLength: 600 }), (steps) => {
        const table = new CallTable<Entry>();
        const model = new Map<number, Entry>();
        for (const [isAdded, key] of steps) {
          if (!isAdded) {
            table.delete(key);
            model.delete(key);
          } else if (!model.has(key)) {
            const entry: Entry = { id: key, nextInTable: undefined };
            table.add(entry);
            model.set(key, entry);
          }
          assert.equal(table.size, model.size);
          assert.equal(table.get(key), model.get(key));
        }
        for (const [key, entry] of model) assert.equal(table.get(key), entry);
        assert.deepEqual(new Set(table.values()), new Set(model.values()));
      }),
      { numRuns: 300 },
    );
  });

  it('keeps working while ten thousand are in it and after they have gone', () => {
    const table = new CallTable<Entry>();
    for (let id = 0; id < 30_000; id++) {
      table.add({ id, nextInTable: undefined });
      if (id >= 10_000) table.delete(id - 10_000);
    }
    assert.equal(table.size, 10_000);
    for (let id = 20_000; id < 30_000; id++) {
      assert.ok(table.has(id));
      table.delete(id);
    }
    assert.equal(table.size, 0);
    table.add({ id: 7, nextInTable: undefined });
    assert.ok(table.has(7));
    table.clear();
    assert.ok(!table.has(7));
  });

  for (const [what, step] of [
    ['thousands of calls stay', 1],
    ['the ids were chosen to meet in one place', 65_536],
  ] as const) {
    it(`needs few looks to find a call, also while ${what}`, () => {
      const table = new CallTable<Entry>(12_345);
      let looks = 0;
      const call = (id: number): Entry => ({
        nextInTable: undefined,
        get id() {
          looks++;
          return id;
        },
      });
      for (let i = 1; i <= 8_000; i++) table.add(call((i * step) >>> 0));
      looks = 0;
      for (let i = 8_001; i <= 28_000; i++) {
        const id = (i * step) >>> 0;
        table.add(call(id));
        assert.ok(table.has(id));
        table.delete(id);
      }
      assert.ok(looks < 20_000 * 30, `${looks / 20_000} looks for a call that comes, is found and goes`);
    });
  }
});
