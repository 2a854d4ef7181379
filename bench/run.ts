import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { createDevelopmentCertificates } from '../src/index.ts';
import { type Arguments, readArguments, USAGE } from './arguments.ts';
import { measureCluster } from './cluster-figures.ts';
import type { BenchIdentity } from './contender.ts';
import { loadContender } from './load-contender.ts';
import { describeMachine, pinnedVersions } from './machine.ts';
import { formatReport, type Report, type SideFigures } from './report.ts';
import { noteFailure, type Rounds, runRounds } from './rounds.ts';
import { measureHandshakes, measureOpenStreams } from './side-figures.ts';
import { type ContenderResult, compareAll, mediansOf } from './summary.ts';
import { compareWithTargets } from './targets.ts';

/** Measures, prints the tables, writes the JSON file. Gives the exit code: 1 when a contender failed. */
async function main(args: Arguments): Promise<number> {
  const { plan, parts } = args;
  const machine = describeMachine();
  const { ids, skipped } = await findAvailable(args.ids);
  for (const [id, reason] of Object.entries(skipped)) console.error(`skipping ${id}: ${reason}`);
  const { ca, node } = await createDevelopmentCertificates();
  const identity = { cert: node.cert, key: node.key, ca: ca.cert };
  const nodeOptions = args.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${resolve(args.profile)}`];
  const hasGarbage = parts.includes('garbage');
  const isIdle = plan.points.length === 0 && !hasGarbage;
  const run = await runRounds(isIdle ? [] : ids, { plan, identity, nodeOptions, hasGarbage });
  const sideFigures = await measureSideFigures(ids, { args, identity, failures: run.failures });
  const contenders = await describeContenders(isIdle ? [] : ids, run);
  const comparisons = compareAll(contenders);
  const failures = Object.fromEntries(run.failures);
  const targets = compareWithTargets({ contenders, comparisons, ...sideFigures });
  const date = new Date().toISOString();
  const report: Report = { date, machine, plan, contenders, comparisons, ...sideFigures, targets, skipped, failures };
  console.log(`\n${formatReport(report)}`);
  await mkdir(dirname(resolve(args.json)), { recursive: true });
  await writeFile(args.json, `${JSON.stringify(report, undefined, 2)}\n`);
  console.log(`\nWritten to ${args.json}.`);
  for (const [name, reason] of run.failures) console.error(`\n${name} failed: ${reason}`);
  return run.failures.size === 0 ? 0 : 1;
}

async function findAvailable(chosen: readonly string[]): Promise<{ ids: readonly string[]; skipped: Readonly<Record<string, string>> }> {
  const skipped: Record<string, string> = {};
  for (const id of chosen) {
    const contender = await loadContender(id);
    const reason = await contender.unavailableBecause?.();
    if (reason !== undefined) skipped[id] = reason;
  }
  return { ids: chosen.filter((id) => skipped[id] === undefined), skipped };
}

async function measureSideFigures(
  ids: readonly string[],
  options: { readonly args: Arguments; readonly identity: BenchIdentity; readonly failures: Map<string, string> },
): Promise<SideFigures> {
  const { args, identity, failures } = options;
  const { plan, parts } = args;
  const figures: SideFigures = { openStreams: {}, handshakes: {} };
  for (const id of ids) {
    const { createConnector, hasHold } = await loadContender(id);
    if (parts.includes('memory') && hasHold === true) {
      console.error(`memory: ${id}`);
      await noteFailure(failures, `memory of ${id}`, async () => {
        figures.openStreams[id] = await measureOpenStreams(id, identity, plan.openStreams);
      });
    }
    if (parts.includes('handshakes') && createConnector !== undefined) {
      console.error(`handshakes: ${id}`);
      await noteFailure(failures, `handshakes of ${id}`, async () => {
        figures.handshakes[id] = await measureHandshakes(id, identity, plan.handshakes);
      });
    }
  }
  if (parts.includes('cluster') && ids.includes(CLUSTER_ID)) {
    console.error('cluster');
    await noteFailure(failures, 'cluster', async () => {
      figures.cluster = await measureCluster(identity, plan);
    });
  }
  return figures;
}

async function describeContenders(ids: readonly string[], run: Rounds): Promise<ContenderResult[]> {
  const whole = ids.filter((id) => !run.failures.has(id));
  const contenders = await Promise.all(
    whole.map(async (id): Promise<ContenderResult> => {
      const { name, role, ceilingOf, description, packages } = await loadContender(id);
      const rounds = run.rounds.get(id) ?? [];
      return {
        id,
        name,
        role,
        ceilingOf,
        description,
        versions: pinnedVersions(packages),
        rounds,
        medians: mediansOf(rounds),
        allocatedBytes: run.allocations.get(id),
      };
    }),
  );
  return contenders.sort((a, b) => ROLE_ORDER.indexOf(a.role) - ROLE_ORDER.indexOf(b.role));
}

const ROLE_ORDER: readonly string[] = ['subject', 'ceiling', 'peer'];

/** The cluster is measured on the transport of this contender, and when it is chosen. */
const CLUSTER_ID = 'rpcnet-quic';

try {
  const args = await readArguments();
  if (args === undefined) console.log(USAGE);
  else process.exitCode = await main(args);
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  process.exitCode = 2;
}
