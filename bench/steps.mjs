// What the benchmarks are started with: peers are installed, and the sources compiled together with the library's.
import { spawnSync } from 'node:child_process';
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const bench = fileURLToPath(new URL('.', import.meta.url));

/** Installs what is measured beside RpcNet, when the lock file is newer than what is installed. */
export function installPeers() {
  if (changedAt('node_modules/.package-lock.json') >= changedAt('package-lock.json')) return;
  runStep('npm', ['ci', '--prefix', bench, '--no-fund', '--no-audit'], process.platform === 'win32');
}

/** Compiles the project in a folder into `bench/dist`. What was there is removed: a contender that no longer exists must not be found again. */
export function compile(folder) {
  rmSync(join(bench, 'dist'), { recursive: true, force: true });
  runStep(process.execPath, [join(bench, '../node_modules/typescript/bin/tsc'), '-p', folder]);
}

/** Runs a command to its end, and ends with its exit code when that is not 0. */
export function runStep(command, args, shell = false) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], shell });
  if (error) console.error(`${command} could not be started: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

/** Milliseconds since 1970; 0 for a file that is not there. */
function changedAt(file) {
  return statSync(join(bench, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
