// Runs the test files of the named groups: node scripts/run-tests.mjs unit sim [-- name-part …]
// Node 20 takes no globs after --test, so the files are listed here.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

const separator = process.argv.indexOf('--');
const groups = process.argv.slice(2, separator === -1 ? undefined : separator);
const parts = separator === -1 ? [] : process.argv.slice(separator + 1);

// The programs of these tests promise times, so that they run one file at a time; the others may share the processors.
const alone = new Set(['e2e']);
const batches = [
  { groups: groups.filter((group) => !alone.has(group)), concurrency: availableParallelism() },
  { groups: groups.filter((group) => alone.has(group)), concurrency: 1 },
].map(({ groups, concurrency }) => ({ concurrency, files: groups.flatMap((group) => testFiles(join('test', group))).filter(isWanted) }));
if (batches.every(({ files }) => files.length === 0)) {
  console.error(`No test file matches ${[...groups, ...parts].join(' ') || '(no group named)'}. Groups are the folders of test/.`);
  process.exit(1);
}
let status = 0;
for (const { files, concurrency } of batches) if (files.length > 0) status = run(files, concurrency) || status;
process.exit(status);

function run(files, concurrency) {
  const options = ['--import', 'tsx', '--test', `--test-concurrency=${concurrency}`, '--test-reporter=spec'];
  return spawnSync(process.execPath, [...options, ...files], { stdio: 'inherit' }).status ?? 1;
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
