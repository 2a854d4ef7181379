import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A line that a program printed. */
export interface PrintedLine {
  /** When it was read, on the monotonic clock of this process. */
  readonly atMs: number;
  readonly text: string;
  readonly stream: 'stdout' | 'stderr';
}

/** How a program is started. */
export interface ProgramOptions {
  /** What people call it, for example `worker-a`. */
  readonly name: string;
  /** The program in `examples/cluster`, for example `worker.ts`. */
  readonly file: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Hears every line at once. */
  readonly onLine?: (line: PrintedLine) => void;
  /** When it aborts, whatever waits for the program fails. */
  readonly signal?: AbortSignal;
}

/** One of the tutorial's programs in a process of its own: its lines, and ways to wait for them and to stop it. */
export class ProgramProcess {
  readonly name: string;
  readonly lines: PrintedLine[] = [];
  /** Resolves when the process has ended and its last line was read. */
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  readonly #signal: AbortSignal | undefined;
  readonly #watchers = new Set<() => void>();
  #end: number | NodeJS.Signals | undefined;

  constructor(options: ProgramOptions) {
    this.name = options.name;
    this.#signal = options.signal;
    const environment = { ...process.env, ...options.environment };
    this.#child = spawn(process.execPath, ['--import', 'tsx', `examples/cluster/${options.file}`], {
      cwd: REPOSITORY,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of ['stdout', 'stderr'] as const) {
      const input = this.#child[stream];
      if (!input) continue;
      createInterface({ input }).on('line', (text) => {
        const line = { atMs: performance.now(), text, stream };
        this.lines.push(line);
        options.onLine?.(line);
        this.#notify();
      });
    }
    this.ended = new Promise<void>((resolve, reject) => {
      this.#child.once('error', reject);
      // Comes after the last line.
      this.#child.once('close', (code, signal) => {
        this.#end = code ?? signal ?? 1;
        this.#notify();
        resolve();
      });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** The exit code, or the signal that ended it; undefined while it runs. */
  get end(): number | NodeJS.Signals | undefined {
    return this.#end;
  }

  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  /** Sends a signal to this process alone. */
  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Waits for the first line from number `from` on that matches. */
  waitForLine(pattern: RegExp, from = 0): Promise<RegExpExecArray & { readonly atMs: number }> {
    return this.waitFor(`a line like ${pattern}`, () => {
      for (const line of this.lines.slice(from)) {
        const match = pattern.exec(line.text);
        if (match) return Object.assign(match, { atMs: line.atMs });
      }
      return undefined;
    });
  }

  /**
   * Waits until `find` gives something; it is asked again after each line.
   * @throws Error when the program ends before, when it takes above 20 s, or when the signal aborts
   */
  waitFor<T>(what: string, find: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = (outcome: () => void): void => {
        this.#watchers.delete(check);
        clearTimeout(timer);
        this.#signal?.removeEventListener('abort', check);
        outcome();
      };
      const check = (): void => {
        const found = find();
        if (found !== undefined) settle(() => resolve(found));
        else if (this.#signal?.aborted) settle(() => reject(new Error(`Stopped while waiting for ${what} of ${this.name}`)));
        else if (this.hasEnded) settle(() => reject(new Error(`${this.name} ended with ${this.#end} and never had ${what}`)));
      };
      const timer = setTimeout(() => settle(() => reject(new Error(`${this.name} did not have ${what} within ${LIMIT_MS} ms`))), LIMIT_MS);
      this.#watchers.add(check);
      this.#signal?.addEventListener('abort', check);
      check();
    });
  }

  #notify(): void {
    for (const check of [...this.#watchers]) check();
  }
}

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));
const LIMIT_MS = 20_000;
