import assert from 'node:assert/strict';
import { balance } from './balancing.ts';
import { simulate } from './seeds.ts';

/** Three directors that are not equally busy, and ten workers of two sizes, three quarters in use. */
const CLUSTER = { rates: [450, 270, 180], capacities: [8, 8, 8, 8, 8, 4, 4, 4, 4, 4], workMs: 50, forMs: 10_000 };

simulate('directors that call the workers themselves lose nothing by the reports they hear at the same time', 1, (seed) => {
  const alone = balance({ ...CLUSTER, seed, directorsMake: 'calls', reportEveryMs: 0 });
  const told = balance({ ...CLUSTER, seed, directorsMake: 'calls', reportEveryMs: 1000 });
  assert.ok(told.imbalanceP99 <= 1.2 * alone.imbalanceP99, `${told.imbalanceP99} with reports, ${alone.imbalanceP99} without`);
  assert.ok(told.latencyP99Ms <= 1.2 * alone.latencyP99Ms, `${told.latencyP99Ms} ms with reports, ${alone.latencyP99Ms} ms without`);
});

simulate('directors that only assign workers spare the small ones by what they report', 1, (seed) => {
  const blind = balance({ ...CLUSTER, seed, directorsMake: 'assignments', reportEveryMs: 0 });
  const told = balance({ ...CLUSTER, seed, directorsMake: 'assignments', reportEveryMs: 1000 });
  assert.ok(told.latencyP99Ms <= 0.6 * blind.latencyP99Ms, `${told.latencyP99Ms} ms with reports, ${blind.latencyP99Ms} ms without`);
});
