import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';

/** Where and what the benchmark measured. */
export interface Machine {
  readonly cores: number;
  readonly cpu: string;
  readonly node: string;
  readonly platform: string;
  /** Version and commit. */
  readonly rpcnet: string;
  /** Load average of the last minute before the run: much above 0 means that others share the machine. */
  readonly loadBefore: number;
}

export function describeMachine(): Machine {
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown make',
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    rpcnet: `${readPackage(REPOSITORY).version} (${describeCommit()})`,
    loadBefore: loadavg()[0] ?? 0,
  };
}

/** The versions that `bench/package.json` pins. @throws Error for a package that it does not name. */
export function pinnedVersions(packages: readonly string[]): Record<string, string> {
  const { dependencies = {} } = readPackage(new URL('bench/', REPOSITORY));
  return Object.fromEntries(
    packages.map((name) => {
      const version = dependencies[name];
      if (version === undefined) throw new Error(`bench/package.json does not depend on ${name}`);
      return [name, version];
    }),
  );
}

function readPackage(folder: URL): { readonly version?: string; readonly dependencies?: Readonly<Record<string, string>> } {
  return JSON.parse(readFileSync(new URL('package.json', folder), 'utf8'));
}

function describeCommit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], {
      cwd: REPOSITORY,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    // Without git, or outside a clone, the version has to be enough.
    return 'no commit known';
  }
}

/** From `bench/dist/bench/`, where this file is run. */
const REPOSITORY = new URL('../../../', import.meta.url);
