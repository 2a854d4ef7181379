import { parseArgs } from 'node:util';
import { contenderIds } from './load-contender.ts';
import { FULL_PLAN, PARTS, type Part, type Plan, QUICK_PLAN, SHAPES } from './plan.ts';

/** What the benchmark was told to do. */
export interface Arguments {
  readonly plan: Plan;
  /** Contenders to measure, by id. */
  readonly ids: readonly string[];
  readonly parts: readonly Part[];
  /** Path of the JSON file. */
  readonly json: string;
  /** Where every process of the rounds writes a CPU profile, if given. */
  readonly profile: string | undefined;
}

/** Reads the command line; gives nothing when help was asked for. @throws Error naming the argument that cannot be used */
export async function readArguments(): Promise<Arguments | undefined> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'string', default: 'bench/results/latest.json' },
      only: { type: 'string' },
      parts: { type: 'string' },
      profile: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const parts = chooseNames('--parts', values.parts, PARTS);
  const plan = values.quick ? QUICK_PLAN : FULL_PLAN;
  return {
    plan: { ...plan, points: plan.points.filter(({ shape }) => parts.includes(shape)) },
    ids: chooseNames('--only', values.only, await contenderIds()),
    parts,
    json: values.json,
    profile: values.profile,
  };
}

/** All when there is no list. @throws Error naming what is possible when the list holds anything else. */
function chooseNames<T extends string>(option: string, list: string | undefined, possible: readonly T[]): readonly T[] {
  if (list === undefined) return possible;
  const names = list.split(',');
  const unknown = names.filter((name) => !possible.some((other) => other === name));
  if (unknown.length > 0) throw new Error(`Expected ${option} to name some of ${possible.join(', ')}, got ${unknown.join(', ')}`);
  return possible.filter((name) => names.includes(name));
}

export const USAGE: string = `npm run bench -- [options]

  --quick         one to two minutes, with more noise; not for ratios to other libraries
  --json FILE     where the results go (bench/results/latest.json)
  --only A,B      some contenders only, by the names of their files in bench/contenders
  --parts A,B     some measurements only: ${PARTS.join(', ')}
  --profile DIR   has every process of the points (${SHAPES.join(', ')}, garbage) write a CPU profile there
  -h, --help      this text`;
