import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine, pinnedVersions } from '../machine.ts';
import { type CodecReport, formatCodecReport } from './codec-report.ts';
import { compareWithTargets } from './codec-targets.ts';
import { contenders } from './contenders.ts';
import { measureRate, type Task } from './measure.ts';
import { createMessages, MESSAGE_NAMES } from './messages.ts';
import type { CodecResult, RoundRates } from './summary.ts';
import { type CodecTasks, createTasks } from './tasks.ts';

interface CodecPlan {
  readonly rounds: number;
  /** CPU time that each direction of each message of each contender gets, in each round. */
  readonly turnMs: number;
  /** The same before the first round, for the JIT. */
  readonly warmUpMs: number;
}

const FULL: CodecPlan = { rounds: 7, turnMs: 40, warmUpMs: 150 };
const QUICK: CodecPlan = { rounds: 3, turnMs: 20, warmUpMs: 100 };

const USAGE = `npm run bench:codec -- [options]

  --quick            a third of the time, with more noise
  --messages A,B     some messages only: ${MESSAGE_NAMES.join(', ')}
  --only A,B         some contenders only: ${contenders.map(({ name }) => `'${name}'`).join(', ')}
  --json FILE        where the results go (bench/results/codec.json)
  -h, --help         this text`;

/** Checks, warms up, measures in turns, prints the tables, writes the JSON file. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      messages: { type: 'string', default: MESSAGE_NAMES.join(',') },
      only: { type: 'string', default: contenders.map(({ name }) => name).join(',') },
      json: { type: 'string', default: 'bench/results/codec.json' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const plan = values.quick ? QUICK : FULL;
  const names = choose(
    '--only',
    values.only,
    contenders.map(({ name }) => name),
  );
  const messages = choose('--messages', values.messages, MESSAGE_NAMES);
  const machine = describeMachine();
  const chosen = contenders.filter(({ name }) => names.includes(name));
  const samples = createMessages();
  const tasks = chosen.flatMap((contender) => createTasks(contender, samples)).filter(({ message }) => messages.includes(message));
  const results = measureInTurns(tasks, plan);
  const report: CodecReport = {
    date: new Date().toISOString(),
    machine,
    rounds: plan.rounds,
    contenders: chosen.map(({ name, note, packages }) => ({ name, note, versions: pinnedVersions(packages) })),
    results,
    targets: compareWithTargets(results),
  };
  console.log(`\n${formatCodecReport(report)}`);
  await mkdir(dirname(resolve(values.json)), { recursive: true });
  await writeFile(values.json, `${JSON.stringify(report, undefined, 2)}\n`);
  console.log(`\nWritten to ${values.json}.`);
}

/** In turns, message by message (A B C, A B C, ...), so that a slow moment of the machine does not fall on one contender alone. */
function measureInTurns(tasks: readonly CodecTasks[], plan: CodecPlan): CodecResult[] {
  return MESSAGE_NAMES.flatMap((message) => {
    const turns = tasks.filter((task) => task.message === message);
    if (turns.length > 0) console.error(`measuring ${message}`);
    for (const { encode, decode } of turns) {
      measureRate(encode, plan.warmUpMs);
      measureRate(decode, plan.warmUpMs);
    }
    const rounds: RoundRates[][] = turns.map(() => []);
    for (let round = 0; round < plan.rounds; round++) {
      turns.forEach(({ encode, decode }, index) => {
        rounds[index]?.push({ encode: takeTurn(encode, plan), decode: takeTurn(decode, plan) });
      });
    }
    return turns.map(({ contender, bytes }, index) => ({
      message,
      contender: contender.name,
      role: contender.role,
      bytes,
      rounds: rounds[index] ?? [],
    }));
  });
}

/** A task finds the caches full of what the others did; the first part of its turn is not counted. */
function takeTurn(task: Task, { turnMs }: CodecPlan): number {
  measureRate(task, turnMs / 4);
  return measureRate(task, turnMs);
}

/** @throws Error naming what is possible when the list holds anything else */
function choose<T extends string>(option: string, list: string, possible: readonly T[]): readonly T[] {
  const names = list.split(',');
  const unknown = names.filter((name) => !possible.some((other) => other === name));
  if (unknown.length > 0) throw new Error(`Expected ${option} to name some of ${possible.join(', ')}, got ${unknown.join(', ')}`);
  return possible.filter((name) => names.includes(name));
}

await main();
