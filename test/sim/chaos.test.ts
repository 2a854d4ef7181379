import assert from 'node:assert/strict';
import { runChaos } from './chaos.ts';
import { addUp, flat } from './fault-sums.ts';
import { simulate } from './seeds.ts';

const happened: Record<string, number> = {};

simulate('whatever happened, a calm cluster comes to one view', 64, (seed) => addUp(happened, flat(runChaos(seed).simulation.faults())));

simulate('the chaos does what it says', 1, () => {
  assert.ok(Object.keys(happened).length >= 18);
  for (const [fault, count] of Object.entries(happened)) {
    // A socket overflows only where many talk to one that does not listen.
    if (fault === 'overflows') continue;
    assert.ok(count > 0 || process.env.RPCNET_SIM_SEED !== undefined, `no ${fault} happened`);
  }
});
