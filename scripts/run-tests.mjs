// Runs the test files of the named groups: node scripts/run-tests.mjs unit sim [-- name-part …]
// Node 20 takes no globs after --test, so the files are listed here.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

const separator = process.argv.indexOf('--');
const groups = process.argv.slice(2, separator === -1 ? undefined : separator);
const parts = separator === -1 ? [] : process.argv.slice(separator + 1);

// The demo promises times, so that it runs alone; the others may share the processors.
const files = groups.flatMap((group) => testFiles(join('test', group))).filter(isWanted);
const isAlone = (file) => file.endsWith('demo.test.ts');
const batches = [files.filter((file) => !isAlone(file)), files.filter(isAlone)];
if (files.length === 0) {
  console.error(`No test file matches ${[...groups, ...parts].join(' ') || '(no group named)'}. Groups are the folders of test/.`);
  process.exit(1);
}
let status = 0;
for (const batch of batches) if (batch.length > 0) status = run(batch) || status;
process.exit(status);

function run(batch) {
  const options = ['--import', 'tsx', '--test', `--test-concurrency=${availableParallelism()}`, '--test-reporter=spec'];
  return spawnSync(process.execPath, [...options, ...batch], { stdio: 'inherit' }).status ?? 1;
}

function isWanted(file) {
  return parts.length === 0 || parts.some((part) => file.includes(part));
}

function testFiles(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(folder, name))
    .sort();
}
