// Measures changes of tags, the age of followed loads, and balancing, on virtual time: node --import tsx test/sim/run-tags.ts [tags] [balance] [--nodes n] [--seeds n]
import { integerOption } from './arguments.ts';
import { type BalancingResult, balance } from './balancing.ts';
import { formed } from './figures.ts';
import { percentile } from './seeds.ts';
import { changeOften, changeTags, followedLoads, tagsOf } from './tag-figures.ts';

const size = integerOption('--nodes') ?? 1000;
const seeds = integerOption('--seeds') ?? 1;
const isAsked = (name: string): boolean => process.argv.includes(name) || !['tags', 'balance'].some((each) => process.argv.includes(each));
if (isAsked('tags')) tagChanges();
if (isAsked('balance')) balancing();

/** Scenario 18 of the design, and the loads of followed workers. */
function tagChanges(): void {
  const simulation = formed(size, { seed: 1 });
  for (const bytes of [100, 8000]) {
    const one = changeTags(simulation, 'node-7', tagsOf('new', bytes));
    const asked = `${one.ownerAsked} questions to its node, ${one.allAsked} to all`;
    report(`${bytes} bytes of tags known to all ${size}`, `${seconds(one.knownMs)}, ${asked}`, '1.50 s');
    simulation.run(3000);
    const changes = Array.from({ length: 100 }, (_, turn) => tagsOf(String(turn), bytes));
    const last = changeOften(simulation, 'node-8', changes);
    report(`${bytes} bytes of tags, the last of 100 changes in 1 s, known to all ${size}`, seconds(last.knownMs), '1.50 s');
    simulation.run(3000);
  }
  for (const count of [10, 50, 256]) {
    const workers = simulation.running().slice(-count);
    const ids = workers.map(({ nodeId }) => nodeId);
    const { agesMs, pingsPerSecond } = followedLoads(simulation, { director: 'node-5', workers: ids, forMs: 10_000 });
    const found = `p99 ${seconds(percentile(agesMs, 0.99))}, oldest ${seconds(Math.max(...agesMs))}, ${pingsPerSecond.toFixed(0)} pings a second`;
    report(`age of the loads of ${count} followed workers among ${size}`, found, count <= 50 ? '2.00 s' : 'none');
  }
}

/** Three directors and ten workers of two sizes, three quarters in use, with and without reports of loads. */
function balancing(): void {
  const common = { rates: [450, 270, 180], capacities: [8, 8, 8, 8, 8, 4, 4, 4, 4, 4], workMs: 50, forMs: 60_000 };
  for (const directorsMake of ['calls', 'assignments'] as const) {
    for (const reportEveryMs of [0, 1000, 2000]) {
      const runs = Array.from({ length: seeds }, (_, index) => balance({ ...common, seed: index + 1, directorsMake, reportEveryMs }));
      const mean = (value: (run: BalancingResult) => number): number => runs.reduce((sum, run) => sum + value(run), 0) / runs.length;
      const found = `latency p50 ${mean((run) => run.latencyP50Ms).toFixed(0)} ms, p99 ${mean((run) => run.latencyP99Ms).toFixed(0)} ms, imbalance p99 ${mean((run) => run.imbalanceP99).toFixed(2)}`;
      report(`three directors that make ${directorsMake}, reports every ${reportEveryMs} ms`, found, 'none');
    }
  }
}

function report(what: string, found: string, goal: string): void {
  console.log(`${what}: ${found}  [goal: ${goal}]`);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
