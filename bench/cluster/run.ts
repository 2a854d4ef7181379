import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { createDevelopmentCertificates } from '../../src/index.ts';
import { describeMachine } from '../machine.ts';
import { CLUSTER_USAGE, type ClusterArguments, readClusterArguments } from './arguments.ts';
import { measureCluster } from './measure-cluster.ts';
import { createReport, formatClusterReport, type MeasuredSize } from './report.ts';
import { simulateCluster } from './simulated.ts';

/** Measures one cluster after the other, prints the table, writes the JSON file. Gives the exit code: 1 when one could not be measured. */
async function main(args: ClusterArguments): Promise<number> {
  const machine = describeMachine();
  const { ca, node } = await createDevelopmentCertificates();
  const identity = { cert: node.cert, key: node.key, ca: ca.cert };
  const beganMs = performance.now();
  const sizes: MeasuredSize[] = [];
  const failures: Record<string, string> = {};
  for (const plan of args.plans) {
    const name = `${plan.nodes} nodes${plan.isPhiOn ? '' : ', no heartbeats'}`;
    const tell = (what: string): void => console.error(`[${((performance.now() - beganMs) / 1_000).toFixed(0)} s] ${name}: ${what}`);
    try {
      const result = await measureCluster(plan, { identity, nodeOptions: args.nodeOptions, tell });
      if (args.isSimulated) tell('the same in simulation');
      sizes.push({ result, simulated: args.isSimulated ? simulateCluster(plan) : undefined });
    } catch (error) {
      failures[name] = error instanceof Error ? error.message : String(error);
      tell(`failed: ${failures[name]}`);
    }
  }
  const report = createReport({ machine, isQuick: args.isQuick, sizes, failures });
  console.log(`\n${formatClusterReport(report)}`);
  await mkdir(dirname(resolve(args.json)), { recursive: true });
  await writeFile(args.json, `${JSON.stringify(report, undefined, 2)}\n`);
  console.log(`\nWritten to ${args.json}.`);
  for (const [name, reason] of Object.entries(failures)) console.error(`\n${name} could not be measured: ${reason}`);
  return Object.keys(failures).length === 0 ? 0 : 1;
}

try {
  const args = readClusterArguments(process.argv.slice(2));
  if (args === undefined) console.log(CLUSTER_USAGE);
  else process.exitCode = await main(args);
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${CLUSTER_USAGE}`);
  process.exitCode = 2;
}
