import { existsSync, type FSWatcher, statSync, watch } from 'node:fs';
import { basename, join } from 'node:path';
import { RpcError } from '../errors/rpc-error.ts';

/** What {@link FolderWatchers} tells. */
export interface FolderListener {
  /** Something in a folder changed: a file was written, came or went. `path` is absent when the system does not say what. */
  onChange(path: string | undefined): void;
  /** A folder cannot be watched. */
  onError(error: RpcError): void;
}

/**
 * Watches a set of folders, each without those below it, which works alike on all systems. Folders and not files are watched, since many editors save
 * by putting a new file in the place of the old one.
 */
export class FolderWatchers {
  readonly #listener: FolderListener;
  readonly #watchers = new Map<string, { readonly watcher: FSWatcher; readonly inode: number }>();

  constructor(listener: FolderListener) {
    this.#listener = listener;
  }

  get isEmpty(): boolean {
    return this.#watchers.size === 0;
  }

  has(folder: string): boolean {
    return this.#watchers.has(folder);
  }

  /** Watches these folders and no others. Gives whether one of them was not watched before. */
  update(folders: ReadonlySet<string>): boolean {
    for (const folder of this.#watchers.keys()) {
      if (!folders.has(folder)) this.#unwatch(folder);
    }
    let added = false;
    for (const folder of folders) added = this.#watch(folder) || added;
    return added;
  }

  close(): void {
    for (const folder of this.#watchers.keys()) this.#unwatch(folder);
  }

  #watch(folder: string): boolean {
    const inode = existsSync(folder) ? statSync(folder, { throwIfNoEntry: false })?.ino : undefined;
    // A folder that was deleted and made again has the same name, but the old watcher is deaf.
    if (this.#watchers.get(folder)?.inode === inode) return false;
    this.#unwatch(folder);
    if (inode === undefined) return false;
    try {
      const watcher = watch(folder, (kind, name) => this.#onEvent(folder, kind, name));
      // A folder that goes away is an error on some systems; what it means shows when its files are looked for.
      watcher.on('error', () => {
        this.#unwatch(folder);
        this.#listener.onChange(undefined);
      });
      this.#watchers.set(folder, { watcher, inode });
      return true;
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      const message = `cannot watch '${folder}': ${why}; name fewer folders, or raise the limit of the system`;
      this.#listener.onError(new RpcError('RESOURCE_EXHAUSTED', message, { cause }));
      return false;
    }
  }

  #onEvent(folder: string, kind: string, name: string | null): void {
    // So a folder tells that it is gone itself. One made again at once may even have its inode.
    const isGone = kind === 'rename' && name === basename(folder);
    if (isGone) this.#unwatch(folder);
    this.#listener.onChange(isGone || name === null ? undefined : join(folder, name));
  }

  #unwatch(folder: string): void {
    this.#watchers.get(folder)?.watcher.close();
    this.#watchers.delete(folder);
  }
}
