import assert from 'node:assert/strict';
import { churn } from './churn-scenario.ts';
import { simulate } from './seeds.ts';

simulate(
  'a process that crash-loops under new names beside 8 nodes leaves a bounded memory and bounded exchanges, and joining goes on',
  1,
  (seed) => {
    const short = churn({ seed, nodes: 8, instances: 40, maxTombstones: 20 });
    const long = churn({ seed, nodes: 8, instances: 120, maxTombstones: 20 });
    for (const { remembered, bound } of [short, long]) assert.ok(remembered <= bound, `${remembered} remembered, at most ${bound}`);
    assert.ok(
      long.callBytesAMinute < 1.5 * short.callBytesAMinute,
      `${long.callBytesAMinute} after ${short.callBytesAMinute} bytes a minute`,
    );
    assert.ok(long.joinMs < 3000, `${long.joinMs} ms`);
  },
);
