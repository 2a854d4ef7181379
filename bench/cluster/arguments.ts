import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type ClusterPlan, plansFor, plansForSizes } from './plan.ts';

/** What the benchmark of the cluster was told to do. */
export interface ClusterArguments {
  readonly plans: readonly ClusterPlan[];
  readonly isQuick: boolean;
  readonly isSimulated: boolean;
  /** Path of the JSON file. */
  readonly json: string;
  /** What Node.js is started with in the processes of the nodes. */
  readonly nodeOptions: readonly string[];
}

/** Reads the command line; gives nothing when help was asked for. @throws Error naming the argument that cannot be used */
export function readClusterArguments(args: readonly string[]): ClusterArguments | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      nodes: { type: 'string', default: '1000' },
      sizes: { type: 'string' },
      quick: { type: 'boolean', default: false },
      'no-simulation': { type: 'boolean', default: false },
      'no-heartbeats': { type: 'boolean', default: false },
      json: { type: 'string', default: 'bench/results/cluster.json' },
      profile: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const { sizes, quick, profile } = values;
  const plans =
    sizes === undefined
      ? plansFor(parseSize('--nodes', values.nodes), quick)
      : plansForSizes(
          sizes.split(',').map((size) => parseSize('--sizes', size)),
          quick,
        );
  return {
    plans: values['no-heartbeats'] ? plans.map((plan) => ({ ...plan, isPhiOn: false })) : plans,
    isQuick: quick,
    isSimulated: !values['no-simulation'],
    json: values.json,
    nodeOptions: profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${resolve(profile)}`],
  };
}

function parseSize(option: string, text: string): number {
  const size = Number(text);
  if (Number.isInteger(size) && size >= MIN_NODES && size <= MAX_NODES) return size;
  throw new Error(`Expected ${option} to name from ${MIN_NODES} to ${MAX_NODES} nodes, got ${text}`);
}

/** Three that others join through, and enough to crash. */
const MIN_NODES = 5;
/** One machine has 28,000 ports for sockets of its own choice, and a node needs several. */
const MAX_NODES = 5_000;

export const CLUSTER_USAGE: string = `npm run bench:cluster -- [options]

  --nodes N        the largest cluster (1000); smaller ones are measured too, so that the growth shows
  --sizes A,B      clusters of these sizes only
  --quick          about six minutes instead of twenty, with fewer crashes and more noise
  --no-simulation  without the figures of the simulation
  --no-heartbeats  nodes watch nobody, which is most of their work: more of them fit on a machine
  --json FILE      where the results go (bench/results/cluster.json)
  --profile DIR    the processes of the nodes write CPU profiles there
  -h, --help       this text`;
