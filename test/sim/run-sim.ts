// The long form of the chaos: node --import tsx test/sim/run-sim.ts [--seeds n] [--first-seed n] [--jobs n] [--json file] [--trace file]
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ClusterSimulation } from '../../src/testing/simulation/cluster-simulation.ts';
import { integerOption, textOption } from './arguments.ts';
import { runChaos } from './chaos.ts';
import { addUp, flat } from './fault-sums.ts';

/** How one seed went. */
interface SeedResult {
  readonly seed: number;
  readonly error?: string;
  readonly calmMs?: number;
  readonly virtualMs: number;
  readonly faults: Record<string, number>;
}

const PROGRESS_EVERY = 100;
/** From so many seeds on every kind of fault must have happened. */
const ENOUGH = 64;

const seeds = integerOption('--seeds') ?? 1000;
const firstSeed = integerOption('--first-seed') ?? 1;
const jobs = integerOption('--jobs') ?? 1;
const jsonFile = textOption('--json');
const traceFile = textOption('--trace');

if (process.argv.includes('--as-job')) runHere((result) => process.stdout.write(`${JSON.stringify(result)}\n`));
else await runAll();

async function runAll(): Promise<void> {
  const startedMs = performance.now();
  const failures: SeedResult[] = [];
  const calmTimes: number[] = [];
  const faults: Record<string, number> = {};
  let virtualMs = 0;
  let done = 0;
  const take = (result: SeedResult): void => {
    done += 1;
    virtualMs += result.virtualMs;
    addUp(faults, result.faults);
    if (result.calmMs !== undefined) calmTimes.push(result.calmMs);
    if (result.error !== undefined) {
      failures.push(result);
      console.log(
        `FAILED ${result.error}\n  again, with a trace: npm run sim -- --first-seed ${result.seed} --seeds 1 --trace sim-${result.seed}.txt`,
      );
    }
    if (done % PROGRESS_EVERY === 0 || done === seeds) console.log(`${done} of ${seeds} seeds, ${failures.length} failed`);
  };
  if (jobs === 1) runHere(take);
  else await Promise.all(Array.from({ length: jobs }, (_, job) => runInProcess(job, take)));
  report({ failures, calmTimes, faults, virtualMs, realMs: performance.now() - startedMs });
}

function report(found: {
  readonly failures: readonly SeedResult[];
  readonly calmTimes: readonly number[];
  readonly faults: Record<string, number>;
  readonly virtualMs: number;
  readonly realMs: number;
}): void {
  const { failures, calmTimes, faults, virtualMs, realMs } = found;
  const longest = Math.max(0, ...calmTimes);
  const lastSeed = firstSeed + seeds - 1;
  console.log(
    `seeds ${firstSeed} to ${lastSeed}: ${failures.length} failed, ${(virtualMs / 3_600_000).toFixed(1)} virtual hours in ${(realMs / 1000).toFixed(0)} s`,
  );
  console.log(`one view after the calm: at the latest after ${(longest / 1000).toFixed(1)} s`);
  for (const [fault, count] of Object.entries(faults)) console.log(`  ${fault.padEnd(20)} ${count}`);
  const missing = Object.entries(faults).filter(([fault, count]) => count === 0 && fault !== 'overflows');
  if (seeds >= ENOUGH && missing.length > 0)
    console.log(`FAILED these faults never happened: ${missing.map(([fault]) => fault).join(', ')}`);
  if (jsonFile !== undefined) {
    const failed = failures.map(({ seed, error }) => ({ seed, error }));
    writeFileSync(jsonFile, `${JSON.stringify({ firstSeed, seeds, failed, longestCalmMs: longest, virtualMs, faults }, null, 2)}\n`);
  }
  if (failures.length > 0 || (seeds >= ENOUGH && missing.length > 0)) process.exitCode = 1;
}

function runHere(take: (result: SeedResult) => void): void {
  for (let seed = firstSeed; seed < firstSeed + seeds; seed++) take(runSeed(seed));
}

function runSeed(seed: number): SeedResult {
  let simulation: ClusterSimulation | undefined;
  const onStart = (started: ClusterSimulation): void => {
    simulation = started;
  };
  const result = (): Pick<SeedResult, 'seed' | 'virtualMs' | 'faults'> => ({
    seed,
    virtualMs: simulation?.nowMs ?? 0,
    faults: simulation ? flat(simulation.faults()) : {},
  });
  try {
    const { calmMs } = runChaos(seed, { isTraced: traceFile !== undefined, onStart });
    return { ...result(), calmMs };
  } catch (error) {
    return { ...result(), error: String(error) };
  } finally {
    if (traceFile !== undefined && simulation !== undefined) writeFileSync(traceFile, `${simulation.trace.join('\n')}\n`);
  }
}

/** One process of several takes a part of the seeds. */
function runInProcess(job: number, take: (result: SeedResult) => void): Promise<void> {
  const each = Math.ceil(seeds / jobs);
  const first = firstSeed + job * each;
  const count = Math.min(each, firstSeed + seeds - first);
  if (count <= 0) return Promise.resolve();
  const part = ['--as-job', '--first-seed', String(first), '--seeds', String(count)];
  const child = spawn(process.execPath, ['--import', 'tsx', fileURLToPath(import.meta.url), ...part], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  createInterface({ input: child.stdout }).on('line', (line) => take(JSON.parse(line) as SeedResult));
  return new Promise((resolve, reject) => {
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`The process for seeds from ${first} ended with code ${code}`)),
    );
  });
}
