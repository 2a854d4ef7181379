import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type PrintedLine, ProgramProcess } from './program-process.ts';

/** What was seen while the story ran; times in milliseconds. */
export interface Observations {
  readonly taskLines: readonly PrintedLine[];
  readonly tokenLines: readonly PrintedLine[];
  /** The sizes of the pool in the order in which the director reported them. */
  readonly poolSizes: readonly number[];
  /** From the SIGKILL of a worker to the next completed task. */
  readonly killToNextTaskMs: number;
  /** From the SIGKILL to the director's report without that worker. */
  readonly killToReportMs: number;
  /** From the start of the worker's new process to the director's report with it. */
  readonly restartToPoolMs: number;
  /** Lines of the clients that speak of a failed call or worker, after the other worker got SIGINT. */
  readonly failuresAfterInterrupt: readonly string[];
  /** What the worker that got SIGINT ended with: 0 is in good order. */
  readonly interruptedExit: number | string;
  /** Whether the director reported that this worker left, rather than failed. */
  readonly interruptedLeft: boolean;
}

/** Who hears the story while it runs. */
export interface StoryOptions {
  /** Every line of every program. */
  readonly onLine: (program: string, line: string) => void;
  /** What happens next. */
  readonly onStep: (text: string) => void;
  /** Ends the story early; it then fails. */
  readonly signal: AbortSignal;
}

/**
 * Runs the story of the tutorial with real processes: a director, two workers, a client with tasks and one with a stream of tokens. One worker is
 * killed and started again, the other one is stopped with SIGINT. Whatever happens, no process and no file is left behind.
 */
export async function runStory(options: StoryOptions): Promise<Observations> {
  const folder = await mkdtemp(join(tmpdir(), 'rpcnet-demo-'));
  const story = new Story(options, folder);
  try {
    return await story.run();
  } finally {
    await story.endAll();
    await rm(folder, { recursive: true, force: true });
  }
}

class Story {
  readonly #options: StoryOptions;
  readonly #folder: string;
  readonly #programs: ProgramProcess[] = [];
  #directorAddress = '127.0.0.1:0';

  constructor(options: StoryOptions, folder: string) {
    this.#options = options;
    this.#folder = folder;
  }

  async run(): Promise<Observations> {
    const { onStep } = this.#options;
    onStep('making certificates');
    await promisify(execFile)(process.execPath, [COMMAND, 'certs', '--out', this.#folder]);

    onStep('starting a director and two workers');
    const director = this.#start('director', 'director.ts');
    this.#directorAddress = (await director.waitForLine(/Director ready - listening on (\S+)/))[1] ?? '';
    const workers = new Map(['worker-a', 'worker-b'].map((label) => [label, this.#startWorker(label, '127.0.0.1:0')]));
    await director.waitForLine(/status: 2 workers/);

    onStep('starting a client that sends tasks and one that reads a stream of tokens');
    const client = this.#start('client', 'client.ts', { TASK_INTERVAL_MS: '100' });
    const stream = this.#start('stream', 'streaming-client.ts');
    await waitForMore(client, TASK_DONE, 10);
    await waitForMore(stream, TOKEN, 10);

    const victim = TASK_DONE.exec(client.lines.findLast(({ text }) => TASK_DONE.test(text))?.text ?? '')?.[2] ?? '';
    const other = victim === 'worker-a' ? 'worker-b' : 'worker-a';
    onStep(`killing ${victim}, which has the tasks, with SIGKILL`);
    const killed = await this.#kill({ victim, workers, client, director });

    onStep(`starting ${victim} again at ${killed.address}`);
    const fromLine = director.lines.length;
    const restartedAt = performance.now();
    workers.set(victim, this.#startWorker(victim, killed.address));
    const back = await director.waitForLine(/status: 2 workers/, fromLine);
    await waitForMore(client, TASK_DONE, 10);

    onStep(`stopping ${other} with SIGINT`);
    const interrupted = await this.#interrupt({ label: other, workers, clients: [client, stream], director });
    await waitForMore(client, TASK_DONE, 10);
    await waitForMore(stream, TOKEN, 10);
    const failuresAfterInterrupt = interrupted.failures();

    onStep('stopping the rest');
    for (const program of [client, stream]) await this.#stop(program);
    for (const program of [...workers.values(), director]) if (!program.hasEnded) await this.#stop(program);
    return {
      taskLines: client.lines,
      tokenLines: stream.lines,
      poolSizes: director.lines.flatMap(({ text }) => /status: (\d+) workers/.exec(text)?.slice(1).map(Number) ?? []),
      killToNextTaskMs: killed.toNextTaskMs,
      killToReportMs: killed.toReportMs,
      restartToPoolMs: back.atMs - restartedAt,
      failuresAfterInterrupt,
      interruptedExit: interrupted.exit,
      interruptedLeft: director.lines.some(({ text }) => text.includes(`Node ${other} left`)),
    };
  }

  /** Ends every process that still runs. Only those that this story has started. */
  async endAll(): Promise<void> {
    for (const program of this.#programs) if (!program.hasEnded) program.kill('SIGKILL');
    await Promise.allSettled(this.#programs.map((program) => program.ended));
  }

  async #kill(cast: {
    readonly victim: string;
    readonly workers: ReadonlyMap<string, ProgramProcess>;
    readonly client: ProgramProcess;
    readonly director: ProgramProcess;
  }): Promise<{ readonly address: string; readonly toNextTaskMs: number; readonly toReportMs: number }> {
    const { victim, client, director } = cast;
    const address = (await director.waitForLine(new RegExp(`- ${victim} at (\\S+)`)))[1] ?? '';
    const fromTask = client.lines.length;
    const fromReport = director.lines.length;
    const killedAt = performance.now();
    cast.workers.get(victim)?.kill('SIGKILL');
    // What the victim completed before may still be on its way here: the next task is one that another worker has done.
    const task = await client.waitForLine(new RegExp(`^✅ Task \\S+ completed by worker: (?!${victim}$)`), fromTask);
    await director.waitForLine(new RegExp(`Node ${victim} failed`), fromReport);
    const report = await director.waitForLine(/status: 1 workers/, fromReport);
    return { address, toNextTaskMs: task.atMs - killedAt, toReportMs: report.atMs - killedAt };
  }

  async #interrupt(cast: {
    readonly label: string;
    readonly workers: ReadonlyMap<string, ProgramProcess>;
    readonly clients: readonly ProgramProcess[];
    readonly director: ProgramProcess;
  }): Promise<{ readonly exit: number | string; failures(): string[] }> {
    const fromReport = cast.director.lines.length;
    const fromLines = cast.clients.map((client) => client.lines.length);
    const worker = cast.workers.get(cast.label);
    worker?.kill('SIGINT');
    await cast.director.waitForLine(/status: 1 workers/, fromReport);
    const exit = (await worker?.waitFor('its end', () => worker.end)) ?? 'no such worker';
    const failures = (): string[] =>
      cast.clients.flatMap((client, index) =>
        client.lines
          .slice(fromLines[index])
          .map(({ text }) => text)
          .filter((text) => FAILURE.test(text)),
      );
    return { exit, failures };
  }

  async #stop(program: ProgramProcess): Promise<void> {
    program.kill('SIGINT');
    const exit = await program.waitFor('its end', () => program.end);
    if (exit !== 0) throw new Error(`${program.name} was stopped with SIGINT and ended with ${exit} instead of 0`);
  }

  #startWorker(label: string, address: string): ProgramProcess {
    return this.#start(label, 'worker.ts', { WORKER_LABEL: label, WORKER_ADDR: address, TOKEN_INTERVAL_MS: '100' });
  }

  #start(name: string, file: string, environment: Readonly<Record<string, string>> = {}): ProgramProcess {
    const { onLine, signal } = this.#options;
    const program = new ProgramProcess({
      name,
      file,
      environment: { CERT_DIR: this.#folder, DIRECTOR_ADDR: this.#directorAddress, ...environment },
      onLine: ({ text }) => onLine(name, text),
      signal,
    });
    this.#programs.push(program);
    return program;
  }
}

/** Waits until a program has printed `count` more such lines. */
async function waitForMore(program: ProgramProcess, pattern: RegExp, count: number): Promise<void> {
  const from = program.lines.length;
  const isEnough = (): true | undefined =>
    program.lines.slice(from).filter(({ text }) => pattern.test(text)).length >= count ? true : undefined;
  await program.waitFor(`${count} more lines like ${pattern}`, isEnough);
}

/** A completed task: its id and the worker's label. */
export const TASK_DONE: RegExp = /^✅ Task (\S+) completed by worker: (\S+)$/;
/** A task that is sent, perhaps not for the first time: its id. */
export const TASK_SENT: RegExp = /^📤 Sending task: (\S+)$/;
/** A token: its sequence. */
export const TOKEN: RegExp = /received token \(sequence=(\d+),/;
/** A line of a client about a failure. */
export const FAILURE: RegExp = /^(⚠️|❌|⏳)/;

const COMMAND = fileURLToPath(new URL('../../../dist/cli/rpcnet.js', import.meta.url));
