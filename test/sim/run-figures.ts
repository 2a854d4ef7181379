// Measures what docs/membership.md promises, on virtual time: node --import tsx test/sim/run-figures.ts [name …] [--seeds n] [--hours n] [--nodes n] [--crashes n] [--changes n]
import type { ClusterSimulation } from '../../src/testing/simulation/cluster-simulation.ts';
import { bootTime, type CrashTimes, changeTimes, crash, falseAlarms, formed, idleTraffic } from './figures.ts';
import { percentile } from './seeds.ts';

const FIGURES: Readonly<Record<string, () => void>> = {
  crash10: () => crashes(10, { runs: 10 * seeds, each: 1, goalMs: 6500 }),
  crash100: () => crashes(100, { runs: 3 * seeds, each: 5, goalMs: 10_500 }),
  boot: () => boot(),
  large: () => large(),
  lossy: () => lossy(),
  unwatched: () => unwatched(),
  alarms: () => alarms(),
};

const seeds = option('--seeds') ?? 1;
const hours = option('--hours') ?? 1;
const size = option('--nodes') ?? 1000;
const changeCount = option('--changes') ?? 5;
const crashCount = option('--crashes') ?? 15;
const names = process.argv.slice(2).filter((name) => name in FIGURES);
for (const name of names.length > 0 ? names : Object.keys(FIGURES)) {
  const startedMs = performance.now();
  FIGURES[name]?.();
  console.log(`  (${name}: ${((performance.now() - startedMs) / 1000).toFixed(0)} s of real time)`);
}

function crashes(nodes: number, plan: { readonly runs: number; readonly each: number; readonly goalMs: number }): void {
  const times = [];
  for (let seed = 1; seed <= plan.runs; seed++) times.push(...crashesOf(formed(nodes, { seed }), plan.each, seed * 100));
  reportCrashes(nodes, times, plan.goalMs);
}

function crashesOf(simulation: ClusterSimulation, count: number, firstTurn: number): CrashTimes[] {
  return Array.from({ length: count }, (_, turn) => {
    const times = crash(simulation, firstTurn + turn);
    simulation.run(3000);
    return times;
  });
}

function reportCrashes(nodes: number, times: readonly CrashTimes[], goalMs: number): void {
  const spread = (values: readonly number[]): string =>
    `median ${seconds(percentile(values, 0.5))}, p99 ${seconds(percentile(values, 0.99))}`;
  const known = times.map(({ knownToAllMs }) => knownToAllMs);
  const suspected = times.map(({ suspectedMs }) => suspectedMs);
  report(`crash among ${nodes}, known to all (${times.length} crashes)`, spread(known), `median ${seconds(goalMs)}`);
  report(`crash among ${nodes}, suspected by someone`, spread(suspected), 'p99 4.00 s');
}

/** Everything that needs a large cluster at rest, with one cluster for each seed. */
function large(): void {
  const crashTimes: CrashTimes[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const simulation = formed(size, { seed });
    idle(simulation, 'on', 4000);
    changes(simulation, 0, 1500);
    crashTimes.push(...crashesOf(simulation, crashCount, seed * 100));
    reportCrashes(size, crashTimes, 14_500);
  }
}

function lossy(): void {
  const simulation = formed(size, { seed: 1 });
  simulation.network.setConditions({ loss: 0.3 });
  changes(simulation, 0.3, 2500);
}

function unwatched(): void {
  idle(formed(size, { seed: 1, phi: { watchCount: 0 } }), 'off', 1500);
}

function idle(simulation: ClusterSimulation, watch: string, goal: number): void {
  const { gossip, calls } = idleTraffic(simulation, 30_000);
  const found = `${(gossip + calls).toFixed(0)} B/s sent (${gossip.toFixed(0)} gossip, ${calls.toFixed(0)} exchanges of views)`;
  report(`idle traffic of a node among ${size}, phi watch ${watch}`, found, `${goal} B/s`);
}

function changes(simulation: ClusterSimulation, loss: number, goalMs: number): void {
  const times = Array.from({ length: changeCount }, (_, turn) => changeTimes(simulation, turn + 1));
  for (const kind of ['tagMs', 'joinMs', 'leaveMs'] as const) {
    const values = times.map((item) => item[kind]);
    const found = `median ${seconds(percentile(values, 0.5))}, worst ${seconds(Math.max(...values))}`;
    report(`${kind.slice(0, -2)} known to all ${size} at ${loss * 100} % loss (${values.length} times)`, found, seconds(goalMs));
  }
}

function boot(): void {
  for (let seed = 1; seed <= seeds; seed++) {
    const { viewMs, datagrams, bytes } = bootTime(size, seed);
    const found = `${seconds(viewMs)} from the first start, ${datagrams.toFixed(0)} datagrams and ${(bytes / 1024).toFixed(0)} KiB a node`;
    report(`${size} nodes started within 1 s, one view`, found, '15.00 s');
  }
}

function alarms(): void {
  const simulation = formed(100, { seed: 1, network: { loss: 0.1 } });
  const { suspected, failed } = falseAlarms(simulation, hours * 3_600_000);
  report(`100 nodes at 10 % loss for ${hours} h, false failures`, `${failed} (and ${suspected} suspicions told)`, '0');
}

function report(what: string, found: string, goal: string): void {
  console.log(`${what}: ${found}  [goal: ${goal}]`);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

function option(name: string): number | undefined {
  const place = process.argv.indexOf(name);
  return place === -1 ? undefined : Number(process.argv[place + 1]);
}
