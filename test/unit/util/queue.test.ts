import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { Queue } from '../../../src/util/queue.ts';

it('a queue behaves like an array that is shifted, also when it is long', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -3, max: 900 }), { maxLength: 60 }), (steps) => {
      const queue = new Queue<number>();
      const model: number[] = [];
      let next = 0;
      for (const size of steps) {
        if (size === -3) {
          queue.clear();
          model.length = 0;
        }
        for (let i = 0; i < size; i++) {
          queue.push(next);
          model.push(next++);
        }
        for (let i = 0; i < size * 0.8 + 1; i++) assert.equal(queue.shift(), model.shift());
        assert.equal(queue.length, model.length);
        assert.equal(queue.peek(), model[0]);
      }
    }),
  );
});
