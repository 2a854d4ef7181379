// Measures what docs/membership.md promises, on virtual time, beside its goals: npm run sim:figures -- [name …] [--json file] and the options below
import { writeFileSync } from 'node:fs';
import { LIFEGUARD_PARTS } from '../../src/swim/lifeguard.ts';
import type { ClusterSimulation } from '../../src/testing/simulation/cluster-simulation.ts';
import { integerOption, textOption } from './arguments.ts';
import { churn } from './churn-scenario.ts';
import { garbageCollector } from './collect-garbage.ts';
import { type Figure, toTable } from './figure-table.ts';
import { boot, type CrashTimes, changeTimes, crash, falseAlarms, formed, idleTraffic } from './figures.ts';
import { bytesPerMember } from './member-memory.ts';
import { percentile } from './seeds.ts';
import { accusationsByASlowNode } from './slow-scenario.ts';

const FIGURES: Readonly<Record<string, () => void>> = {
  formation: () => formation(),
  boot: () => boots(),
  crash10: () => crashes(10, { runs: seeds ?? 100, loss: 0, goals: [6500, 10_000] }),
  crash100: () => crashes(100, { runs: seeds ?? 20, loss: 0, goals: [10_500, 15_000] }),
  crash10lossy: () => crashes(10, { runs: seeds ?? 100, loss: 0.1, goals: [7500, 11_000] }),
  crash100lossy: () => crashes(100, { runs: seeds ?? 20, loss: 0.1, goals: [11_500, 16_000] }),
  large: () => large(),
  lossy: () => lossy(),
  unwatched: () => idle(formed(size, { seed: 1, phi: { watchCount: 0 } }), 'off', 1500),
  steady: () => steady(),
  slow: () => slow(),
  churn: () => churned(),
  memory: () => memory(),
};

/** Seeds of each figure; by default as many as it needs. */
const seeds = integerOption('--seeds');
/** Virtual hours of `steady`, and its only loss, in percent. */
const hours = integerOption('--hours') ?? 1;
const loss = integerOption('--loss');
/** Virtual minutes of `slow`. */
const minutes = integerOption('--minutes') ?? 10;
/** What is large. */
const size = integerOption('--nodes') ?? 1000;
const changeCount = integerOption('--changes') ?? 5;
const crashCount = integerOption('--crashes') ?? 15;
/** Instances of `churn`. */
const instances = integerOption('--instances') ?? 2000;
const jsonFile = textOption('--json');

const figures: Figure[] = [];
const names = process.argv.slice(2).filter((name) => name in FIGURES);
for (const name of names.length > 0 ? names : Object.keys(FIGURES)) {
  const startedMs = performance.now();
  FIGURES[name]?.();
  console.log(`  (${name}: ${((performance.now() - startedMs) / 1000).toFixed(0)} s of real time)`);
}
console.log(`\n${toTable(figures).join('\n')}`);
if (jsonFile !== undefined) writeFileSync(jsonFile, `${JSON.stringify(figures, null, 2)}\n`);

function formation(): void {
  for (const [nodes, goalMs] of [
    [100, 1500],
    [size, 3000],
  ] as const) {
    const { afterLastMs, joinsTold } = boot(nodes, 1);
    const missing = nodes * (nodes - 1) - joinsTold;
    report(`${nodes} nodes form, one view after the last start`, {
      found: `${seconds(afterLastMs)}, ${Math.abs(missing)} joins told too often or not`,
      goal: `${seconds(goalMs)}, 0`,
      isReached: afterLastMs <= goalMs && missing === 0,
      values: { afterLastMs, missing },
    });
  }
}

function boots(): void {
  const runs = Array.from({ length: seeds ?? 1 }, (_, index) => boot(size, index + 1));
  const viewMs = Math.max(...runs.map((run) => run.viewMs));
  const peakCalls = Math.max(...runs.map((run) => run.peakCallsOfASeed));
  const failures = runs.reduce((sum, run) => sum + run.failuresTold, 0);
  const bytes = Math.max(...runs.map((run) => run.bytes));
  report(`${size} nodes started within 1 s through 3 seeds, one view (${runs.length} runs, worst)`, {
    found: `${seconds(viewMs)}, ${peakCalls} calls at once at a seed, ${failures} failures told, ${(bytes / 1024).toFixed(0)} KiB of gossip a node`,
    goal: '15.00 s, 128 calls, 0 failures',
    isReached: viewMs <= 15_000 && peakCalls <= 128 && failures === 0,
    values: { viewMs, peakCalls, failures, bytes },
  });
}

function crashes(nodes: number, plan: { readonly runs: number; readonly loss: number; readonly goals: readonly [number, number] }): void {
  const times: CrashTimes[] = [];
  for (let seed = 1; seed <= plan.runs; seed++) times.push(crash(formed(nodes, { seed, network: { loss: plan.loss } }), seed * 100));
  reportCrashes(nodes, times, plan);
}

function reportCrashes(
  nodes: number,
  times: readonly CrashTimes[],
  plan: { readonly loss: number; readonly goals: readonly [number, number] },
): void {
  const [medianGoal, p99Goal] = plan.goals;
  const what = `crash among ${nodes}${plan.loss > 0 ? ` at ${plan.loss * 100} % loss` : ''}`;
  const known = times.map(({ knownToAllMs }) => knownToAllMs);
  const [median, p99] = [percentile(known, 0.5), percentile(known, 0.99)];
  report(`${what}, known to all (${times.length} crashes)`, {
    found: `median ${seconds(median)}, p99 ${seconds(p99)}`,
    goal: `median ${seconds(medianGoal)}, p99 ${seconds(p99Goal)}`,
    isReached: median <= medianGoal && p99 <= p99Goal,
    values: { medianMs: median, p99Ms: p99, crashes: times.length },
  });
  const suspectedMs = percentile(
    times.map((item) => item.suspectedMs),
    0.99,
  );
  const found = `median ${seconds(
    percentile(
      times.map((item) => item.suspectedMs),
      0.5,
    ),
  )}, p99 ${seconds(suspectedMs)}`;
  report(`${what}, suspected by someone`, { found, goal: 'p99 4.00 s', isReached: suspectedMs <= 4000, values: { p99Ms: suspectedMs } });
}

/** Everything that needs a large cluster at rest, with one cluster for each seed. */
function large(): void {
  const times: CrashTimes[] = [];
  for (let seed = 1; seed <= (seeds ?? 1); seed++) {
    const simulation = formed(size, { seed });
    if (seed === 1) idle(simulation, 'on', 4000);
    changes(simulation, 0, 1500);
    for (let turn = 0; turn < crashCount; turn++) {
      times.push(crash(simulation, seed * 100 + turn));
      simulation.run(3000);
    }
  }
  reportCrashes(size, times, { loss: 0, goals: [14_500, 19_000] });
}

function lossy(): void {
  for (let seed = 1; seed <= (seeds ?? 1); seed++) {
    const simulation = formed(size, { seed });
    simulation.network.setConditions({ loss: 0.3 });
    // The estimate of the loss follows within some 20 probes.
    simulation.run(30_000);
    changes(simulation, 0.3, 2500);
  }
}

function idle(simulation: ClusterSimulation, watch: string, goal: number): void {
  const { gossip, calls } = idleTraffic(simulation, 60_000);
  report(`a node at rest among ${size} sends, phi watch ${watch}`, {
    found: `${(gossip + calls).toFixed(0)} B/s (${gossip.toFixed(0)} gossip, ${calls.toFixed(0)} exchanges of views)`,
    goal: `${goal} B/s`,
    isReached: gossip + calls <= goal,
    values: { gossip, calls },
  });
}

function changes(simulation: ClusterSimulation, loss: number, goalMs: number): void {
  const times = Array.from({ length: changeCount }, (_, turn) => changeTimes(simulation, turn + 1));
  for (const kind of ['tagMs', 'joinMs', 'leaveMs'] as const) {
    const values = times.map((item) => item[kind]);
    const [median, worst] = [percentile(values, 0.5), Math.max(...values)];
    report(`${kind.slice(0, -2)} known to all ${size} at ${loss * 100} % loss (${values.length} times)`, {
      found: `median ${seconds(median)}, worst ${seconds(worst)}`,
      goal: seconds(goalMs),
      isReached: worst <= goalMs,
      values: { medianMs: median, worstMs: worst },
    });
  }
}

function steady(): void {
  for (const percent of loss === undefined ? [0, 1, 10] : [loss]) {
    const simulation = formed(100, { seed: 1, network: { loss: percent / 100 } });
    const { suspected, failed } = falseAlarms(simulation, hours * 3_600_000);
    report(`100 nodes at ${percent} % loss for ${hours} h`, {
      found: `${failed} failures, ${suspected} suspicions told`,
      goal: percent === 0 ? '0 failures, 0 suspicions' : '0 failures',
      isReached: failed === 0 && (percent > 0 || suspected === 0),
      values: { failed, suspected },
    });
  }
}

function slow(): void {
  const scenario = { seed: 1, nodes: 100, forMs: minutes * 60_000 } as const;
  for (const what of ['messages', 'loop'] as const) {
    const { suspected, failed } = accusationsByASlowNode({ ...scenario, what });
    report(`100 nodes for ${minutes} min, one stalls 5 of 20 s (${what}): healthy nodes called failed`, {
      found: `${failed} (${suspected} suspicions told)`,
      goal: '0',
      isReached: failed === 0,
      values: { failed, suspected },
    });
  }
  const harsh = { ...scenario, what: 'messages', stallMs: 15_000 } as const;
  const withIt = accusationsByASlowNode(harsh).failed;
  const without = accusationsByASlowNode({ ...harsh, without: LIFEGUARD_PARTS }).failed;
  report('the same with stalls of 15 of 60 s (messages), with and without Lifeguard', {
    found: `${withIt} and ${without}`,
    goal: '20 times fewer with it',
    isReached: without > 0 && 20 * withIt <= without,
    values: { withIt, without },
  });
}

function churned(): void {
  const figuresOf = churn({ seed: 1, nodes: 50, instances, collect: garbageCollector() });
  const { remembered, bound, callBytesAMinute, heapGrowthBytes = Number.NaN, joinMs } = figuresOf;
  report(`50 nodes and ${instances} instances of a crash loop under new names`, {
    found: `${remembered} remembered, ${(callBytesAMinute / 1024).toFixed(0)} KiB/min of exchanges a node, heap +${(heapGrowthBytes / 1e6).toFixed(1)} MB, then a join in ${seconds(joinMs)}`,
    goal: `${bound} remembered, heap +20 MB`,
    isReached: remembered <= bound && heapGrowthBytes < 20e6 && joinMs < 3000,
    values: { remembered, bound, callBytesAMinute, heapGrowthBytes, joinMs },
  });
}

function memory(): void {
  const bytes = bytesPerMember(1000, garbageCollector());
  report('memory of a tracked node among 1000, with five tags', {
    found: `${bytes.toFixed(0)} B`,
    goal: '2048 B',
    isReached: bytes <= 2048,
    values: { bytes },
  });
}

function report(what: string, figure: Omit<Figure, 'what'>): void {
  figures.push({ what, ...figure });
  console.log(`${what}: ${figure.found}  [goal: ${figure.goal}]${figure.isReached ? '' : '  MISSED'}`);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
