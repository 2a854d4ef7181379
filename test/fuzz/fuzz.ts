import { type Conversation, recordConversations } from './corpus.ts';
import { caseSeed, Dice } from './dice.ts';
import { type CaseResult, fuzzClient, fuzzServer } from './fuzz-engines.ts';
import { fuzzDecoder, fuzzReaders } from './fuzz-readers.ts';

export interface FuzzOptions {
  readonly seed: number;
  /** Frames, streams and payloads to give, over all targets. */
  readonly frames: number;
  /** Only this case of the run, to see a failure again. */
  readonly onlyCase?: number;
  /** A case must not take more time of the processor than this. Default 2,000 ms. */
  readonly maxCaseMs?: number;
  readonly targets?: Readonly<Record<string, FuzzTarget>>;
  /** Conversations to record for the targets that change them. Default 40. */
  readonly conversations?: number;
  /** Called before each case. */
  readonly onCase?: (index: number, framesSoFar: number) => void;
}

export interface FuzzReport {
  readonly frames: number;
  readonly cases: number;
  /** How often each target ended in each way. */
  readonly outcomes: ReadonlyMap<string, number>;
  readonly slowestCaseMs: number;
}

/** Runs one case; throws when what it tests did something that it must not. */
export type FuzzTarget = (corpus: readonly Conversation[], dice: Dice) => CaseResult | Promise<CaseResult>;

export const FUZZ_TARGETS: Readonly<Record<string, FuzzTarget>> = {
  server: fuzzServer,
  client: fuzzClient,
  decoder: fuzzDecoder,
  readers: fuzzReaders,
};

/**
 * Gives the engine mutated input, case by case, each from a seed of its own.
 * @throws Error naming seed and case when something was wrong.
 */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const { seed, frames, onlyCase, maxCaseMs = 2_000, targets = FUZZ_TARGETS } = options;
  const corpus = await recordConversations(options.conversations ?? 40, seed);
  const names = Object.keys(targets);
  const outcomes = new Map<string, number>();
  let given = 0;
  let cases = 0;
  let slowestCaseMs = 0;
  for (let index = onlyCase ?? 0; given < frames && (onlyCase === undefined || index === onlyCase); index++) {
    options.onCase?.(index, given);
    const name = names[index % names.length] as string;
    const startedAt = cpuMs();
    const result = await runCase(
      name,
      () => (targets[name] as FuzzTarget)(corpus, new Dice(caseSeed(seed, index))),
      `--seed ${seed} --case ${index}`,
    );
    const tookMs = cpuMs() - startedAt;
    if (tookMs > maxCaseMs)
      throw new Error(`A case of ${name} took ${Math.round(tookMs)} ms; to see it again: --seed ${seed} --case ${index}`);
    slowestCaseMs = Math.max(slowestCaseMs, tookMs);
    outcomes.set(`${name}: ${result.outcome}`, (outcomes.get(`${name}: ${result.outcome}`) ?? 0) + 1);
    given += result.frames;
    cases++;
    // Promises of handlers and the collector get their turn.
    if (index % 32 === 0) await new Promise<void>((resolve) => setImmediate(resolve));
  }
  return { frames: given, cases, outcomes, slowestCaseMs };
}

/** Time of the processor: a machine that is busy with other things does not make a case slow. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

async function runCase(name: string, run: () => CaseResult | Promise<CaseResult>, again: string): Promise<CaseResult> {
  try {
    return await run();
  } catch (error) {
    throw new Error(`A case of ${name} failed; to see it again: ${again}\n${error instanceof Error ? error.stack : String(error)}`, {
      cause: error,
    });
  }
}
