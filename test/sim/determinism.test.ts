import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ClusterSimulation } from '../../src/testing/simulation/cluster-simulation.ts';
import { simulate } from './seeds.ts';

simulate('the same seed gives the same trace, byte for byte', 5, (seed) => {
  assert.equal(storyOf(seed), storyOf(seed));
});

test('another seed gives another trace', () => {
  assert.notEqual(storyOf(1), storyOf(2));
});

test('two processes write the same trace of one seed, byte for byte, whatever happens in it', async () => {
  const [one, other] = await Promise.all([traceOf(5), traceOf(5)]);
  assert.ok(one.length > 100_000, `a trace of ${one.length} bytes`);
  assert.ok(one.equals(other));
});

async function traceOf(seed: number): Promise<Buffer> {
  const script = fileURLToPath(new URL('./trace-process.ts', import.meta.url));
  const options = { encoding: 'buffer', maxBuffer: 256 * 1024 * 1024 } as const;
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script, String(seed)], options);
  return stdout;
}

function storyOf(seed: number): string {
  const simulation = new ClusterSimulation({ seed, isTraced: true, network: { loss: 0.05, duplicates: 0.02 } });
  simulation.addNodes(6);
  simulation.run(3000);
  simulation.crash('node-2');
  simulation.node('node-3').setTags({ a: '1' });
  simulation.run(8000);
  simulation.restart('node-2');
  simulation.leave('node-5');
  simulation.pause('node-4', 1500);
  simulation.run(8000);
  assert.ok(simulation.trace.length > 500);
  return simulation.trace.join('\n');
}
