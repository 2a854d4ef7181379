import { dirname, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fromUnknown } from '../errors/from-unknown.ts';
import { RpcError } from '../errors/rpc-error.ts';
import { inputFolders, isFolder } from './find-inputs.ts';
import { FolderWatchers } from './folder-watchers.ts';
import { type GenerateOptions, type GenerateResult, generate } from './generate.ts';

/** Settings of {@link watchDefinitions}. */
export interface WatchOptions {
  /** What to generate. A function is asked before every run, so that settings may change. */
  readonly options: GenerateOptions | (() => Promise<GenerateOptions>);
  /** Other files to watch, such as one that `options` reads; relative to the working directory of the process. */
  readonly alsoWatch?: readonly string[];
  /** Ends the watching. */
  readonly signal: AbortSignal;
  /** Called after the first run, and after every run that wrote or removed something or found other errors than the one before. */
  onResult(result: GenerateResult): void;
  /** Called when a run was not possible, for instance without any input, and when a folder cannot be watched. Watching goes on. */
  onError(error: RpcError): void;
}

/**
 * Generates, and generates again whenever a definition, a file that one imports, or the set of definitions changes, until the signal is aborted.
 * Resolves then. Neither errors in definitions nor missing files end it.
 */
export async function watchDefinitions(options: WatchOptions): Promise<void> {
  const watch = new DefinitionWatch(options);
  try {
    while (!options.signal.aborted) {
      await watch.run();
      await watch.change();
    }
  } finally {
    watch.close();
  }
}

/** A run and the wait for the next; a change during a run begins the next one at once. */
class DefinitionWatch {
  readonly #options: WatchOptions;
  readonly #watchers: FolderWatchers;
  #changes = 0;
  #seenChanges = 0;
  #wake: () => void = () => undefined;
  #inputFolders: readonly string[] = [];
  #sources: ReadonlySet<string> = new Set();
  #lastOutcome = '';

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#watchers = new FolderWatchers({
      onChange: (path) => {
        if (path === undefined || this.#concerns(path)) this.#changed();
      },
      onError: (error) => options.onError(error),
    });
    options.signal.addEventListener('abort', this.#onAbort);
  }

  close(): void {
    this.#options.signal.removeEventListener('abort', this.#onAbort);
    this.#watchers.close();
  }

  async run(): Promise<void> {
    this.#seenChanges = this.#changes;
    const { options, onError } = this.#options;
    try {
      // Watched before anything is read: what changes after that is seen again.
      this.#watch(this.#inputFolders);
      const settings = typeof options === 'function' ? await options() : options;
      const cwd = resolve(settings.cwd ?? process.cwd());
      this.#inputFolders = inputFolders([settings.input].flat(), cwd);
      this.#watch(this.#inputFolders);
      const result = await generate({ ...settings, cwd, check: false });
      this.#sources = new Set(result.sources.map((path) => resolve(cwd, path)));
      if (this.#watch(this.#inputFolders)) this.#changed();
      this.#report(result);
    } catch (error) {
      this.#tell(fromUnknown(error), onError);
    }
  }

  /**
   * Waits until something has changed and all is quiet again, or for the abort.
   *
   * @throws RpcError `RESOURCE_EXHAUSTED` when nothing can be watched, so that nothing would ever change
   */
  async change(): Promise<void> {
    const { signal } = this.#options;
    if (this.#watchers.isEmpty) throw new RpcError('RESOURCE_EXHAUSTED', 'no folder can be watched');
    while (this.#changes === this.#seenChanges && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    for (let waitedMs = 0; waitedMs < MAX_WAIT_MS && !signal.aborted; waitedMs += QUIET_MS) {
      const before = this.#changes;
      await delay(QUIET_MS);
      if (this.#changes === before) return;
    }
  }

  /** Watches the folders of inputs, of all that was read last, and of other files. Gives whether one of them was not watched before. */
  #watch(inputFolders: readonly string[]): boolean {
    const { alsoWatch = [] } = this.#options;
    return this.#watchers.update(new Set([...inputFolders, ...[...this.#sources, ...alsoWatch].map((path) => dirname(resolve(path)))]));
  }

  /** Definitions and what they import are TypeScript; anything else concerns only as a folder that came or went. */
  #concerns(path: string): boolean {
    const { alsoWatch = [] } = this.#options;
    if (path.endsWith('.ts') || this.#watchers.has(path) || alsoWatch.some((other) => resolve(other) === path)) return true;
    return isFolder(path);
  }

  #changed(): void {
    this.#changes++;
    this.#wake();
  }

  readonly #onAbort = (): void => this.#wake();

  #report(result: GenerateResult): void {
    const { written, removed, diagnostics, orphaned } = result;
    const outcome = JSON.stringify([diagnostics, orphaned]);
    if (outcome === this.#lastOutcome && written.length === 0 && removed.length === 0) return;
    this.#lastOutcome = outcome;
    this.#options.onResult(result);
  }

  /** The same failure twice in a row is told once. */
  #tell(error: RpcError, onError: (error: RpcError) => void): void {
    if (error.message === this.#lastOutcome) return;
    this.#lastOutcome = error.message;
    onError(error);
  }
}

/** With this much silence a save is over: editors and formatters write a file more than once. */
const QUIET_MS = 20;

/** However busy the folders are, a run begins after this time. */
const MAX_WAIT_MS = 100;
