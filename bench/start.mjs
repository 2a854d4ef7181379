// npm run bench: installs what the benchmark is measured beside, compiles it together with the library, runs it.
import { spawnSync } from 'node:child_process';
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const bench = fileURLToPath(new URL('.', import.meta.url));

if (changedAt('node_modules/.package-lock.json') < changedAt('package-lock.json')) {
  step('npm', ['ci', '--prefix', bench, '--no-fund', '--no-audit'], process.platform === 'win32');
}
// A contender that was removed must not be found again.
rmSync(join(bench, 'dist'), { recursive: true, force: true });
step(process.execPath, [join(bench, '../node_modules/typescript/bin/tsc'), '-p', bench]);
step(process.execPath, ['--enable-source-maps', join(bench, 'dist/bench/run.js'), ...process.argv.slice(2)]);

/** Milliseconds since 1970; 0 for a file that is not there. */
function changedAt(file) {
  return statSync(join(bench, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function step(command, args, shell = false) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], shell });
  if (error) console.error(`${command} could not be started: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}
