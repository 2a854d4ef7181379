import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CallTable } from '../../../src/call/call-table.ts';

describe('a table of calls', () => {
  it('agrees with a map, whatever comes and goes', () => {
    const id = fc.oneof(
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 0, max: 40 }).map((n) => (n * 64) >>> 0),
      fc.integer({ min: 0, max: 0xffff_ffff }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), id), { maxLength: 600 }), (steps) => {
        const table = new CallTable<{ readonly id: number }>();
        const model = new Map<number, { readonly id: number }>();
        for (const [isAdded, key] of steps) {
          if (!isAdded) {
            table.delete(key);
            model.delete(key);
          } else if (!model.has(key)) {
            const entry = { id: key };
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
    const table = new CallTable<{ readonly id: number }>();
    for (let id = 0; id < 30_000; id++) {
      table.add({ id });
      if (id >= 10_000) table.delete(id - 10_000);
    }
    assert.equal(table.size, 10_000);
    for (let id = 20_000; id < 30_000; id++) {
      assert.ok(table.has(id));
      table.delete(id);
    }
    assert.equal(table.size, 0);
    table.add({ id: 7 });
    assert.ok(table.has(7));
    table.clear();
    assert.ok(!table.has(7));
  });
});
