import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createDevelopmentCertificates } from '../src/index.ts';
import { contenderIds, loadContender } from './load-contender.ts';
import { describeMachine, type Machine, pinnedVersions } from './machine.ts';
import { Pair, type PairOptions, type PointResult } from './pair.ts';
import { FULL_PLAN, type Plan, QUICK_PLAN } from './plan.ts';
import { formatReport, type Report } from './report.ts';
import { type ContenderResult, compareAll, mediansOf } from './summary.ts';

/** Measures, prints the tables, writes the JSON file. Gives the exit code: 1 when a contender failed. */
async function main(args: Arguments): Promise<number> {
  const plan = args.quick ? QUICK_PLAN : FULL_PLAN;
  const machine = describeMachine();
  const ids = await chosenIds(args.only);
  const { ca, node } = await createDevelopmentCertificates();
  const identity = { cert: node.cert, key: node.key, ca: ca.cert };
  const profileFolder = args.profile === undefined ? undefined : resolve(args.profile);
  const { rounds, failures } = await runRounds(ids, { plan, identity, profileFolder });
  const whole = ids.filter((id) => !failures.has(id));
  const report = await createReport(whole, { machine, plan, rounds, failures });
  console.log(`\n${formatReport(report)}`);
  await mkdir(dirname(resolve(args.json)), { recursive: true });
  await writeFile(args.json, `${JSON.stringify(report, undefined, 2)}\n`);
  console.log(`\nWritten to ${args.json}.`);
  for (const [id, reason] of failures) console.error(`\nThe contender ${id} failed: ${reason}`);
  return failures.size === 0 ? 0 : 1;
}

interface Arguments {
  readonly quick: boolean;
  readonly json: string;
  readonly only: string | undefined;
  readonly profile: string | undefined;
}

interface Rounds {
  readonly rounds: ReadonlyMap<string, readonly PointResult[][]>;
  /** What went wrong, for each contender that did not get through. It has no further turns and no row in the tables. */
  readonly failures: ReadonlyMap<string, string>;
}

/** In turns (A B C, A B C, ...), so that a slow minute of the machine does not fall on one contender alone. */
async function runRounds(ids: readonly string[], options: PairOptions): Promise<Rounds> {
  const rounds = new Map<string, PointResult[][]>(ids.map((id) => [id, []]));
  const pairs = new Map<string, Pair>(ids.map((id) => [id, new Pair(id, options)]));
  const failures = new Map<string, string>();
  const forEachWorking = async (what: string, task: (pair: Pair, id: string) => Promise<unknown>): Promise<void> => {
    for (const [id, pair] of pairs) {
      if (failures.has(id)) continue;
      console.error(`${what}: ${id}`);
      await task(pair, id).catch((error: unknown) => failures.set(id, error instanceof Error ? error.message : String(error)));
    }
  };
  try {
    await forEachWorking('warming up', (pair) => pair.open());
    for (let round = 1; round <= options.plan.rounds; round++) {
      await forEachWorking(`round ${round} of ${options.plan.rounds}`, async (pair, id) => rounds.get(id)?.push(await pair.takeTurn()));
    }
    await forEachWorking('closing', (pair) => pair.close());
  } finally {
    await Promise.all([...pairs.values()].map((pair) => pair.end()));
  }
  return { rounds, failures };
}

async function createReport(ids: readonly string[], run: Rounds & { readonly machine: Machine; readonly plan: Plan }): Promise<Report> {
  const contenders = await Promise.all(
    ids.map(async (id): Promise<ContenderResult> => {
      const { name, role, description, packages } = await loadContender(id);
      const rounds = run.rounds.get(id) ?? [];
      return { id, name, role, description, versions: pinnedVersions(packages), rounds, medians: mediansOf(rounds) };
    }),
  );
  contenders.sort((a, b) => ROLE_ORDER.indexOf(a.role) - ROLE_ORDER.indexOf(b.role));
  const { machine, plan } = run;
  return {
    date: new Date().toISOString(),
    machine,
    plan,
    contenders,
    comparisons: compareAll(contenders),
    failures: Object.fromEntries(run.failures),
  };
}

async function chosenIds(only: string | undefined): Promise<string[]> {
  const ids = await contenderIds();
  if (only === undefined) return ids;
  const chosen = only.split(',');
  const unknown = chosen.filter((id) => !ids.includes(id));
  if (unknown.length > 0) throw new Error(`Expected --only to name some of ${ids.join(', ')}, got ${unknown.join(', ')}`);
  return chosen;
}

const ROLE_ORDER: readonly string[] = ['subject', 'ceiling', 'peer'];

const USAGE = `npm run bench -- [options]

  --quick         less than 40 seconds, with more noise
  --json FILE     where the results go (bench/results/latest.json)
  --only A,B      some contenders only, by the names of their files in bench/contenders
  --profile DIR   has every process write a CPU profile there
  -h, --help      this text`;

try {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'string', default: 'bench/results/latest.json' },
      only: { type: 'string' },
      profile: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) console.log(USAGE);
  else process.exitCode = await main({ quick: values.quick, json: values.json, only: values.only, profile: values.profile });
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  process.exitCode = 2;
}
