// Scenario of a long partition, on virtual time: node --import tsx test/sim/run-partitions.ts [--sides 30,20] [--minutes 10] [--seeds 200] [--first-seed 1]
// Every node must tell of it once, with the right flag, and once of its end; fails when one view takes longer than a minute in more than one run of a hundred.
import { percentile } from './seeds.ts';
import { lastAndHeal, type SplitTimes, split } from './split.ts';

const sides = (option('--sides') ?? '30,20').split(',').map(Number);
const minutes = Number(option('--minutes') ?? 10);
const seeds = Number(option('--seeds') ?? 200);
const firstSeed = Number(option('--first-seed') ?? 1);

const times: SplitTimes[] = [];
for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
  try {
    const found = lastAndHeal(split(seed, sides), minutes * 60_000);
    times.push(found);
    console.log(`seed ${seed}: one view ${seconds(found.viewMs)} after the end of the cut`);
  } catch (error) {
    console.error(`seed ${seed} failed: ${String(error)}`);
    process.exitCode = 1;
  }
}
console.log(`${sides.join(' | ')} nodes apart for ${minutes} minutes, ${times.length} seeds`);
report('suspected by the last node, after the cut', 'suspectedMs');
report('detected by the last node, after the cut', 'detectedMs');
report('told healed by the last node, after its end', 'healToldMs');
if (report('one view, after its end', 'viewMs') > 60_000) process.exitCode = 1;

/** Gives the 99th percentile. */
function report(what: string, key: keyof SplitTimes): number {
  const values = times.map((item) => item[key]);
  const p99 = percentile(values, 0.99);
  console.log(`${what}: median ${seconds(percentile(values, 0.5))}, p99 ${seconds(p99)}, worst ${seconds(Math.max(...values))}`);
  return p99;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function option(name: string): string | undefined {
  const place = process.argv.indexOf(name);
  return place === -1 ? undefined : process.argv[place + 1];
}
