// Runs the test files of the named groups: node scripts/run-tests.mjs unit sim [-- name-part …]
// Node 20 takes no globs after --test, so the files are listed here.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const separator = process.argv.indexOf('--');
const groups = process.argv.slice(2, separator === -1 ? undefined : separator);
const parts = separator === -1 ? [] : process.argv.slice(separator + 1);

const files = groups
  .flatMap((group) => testFiles(join('test', group)))
  .filter((file) => parts.length === 0 || parts.some((part) => file.includes(part)));
if (files.length === 0) {
  console.error(`No test file matches ${[...groups, ...parts].join(' ') || '(no group named)'}. Groups are the folders of test/.`);
  process.exit(1);
}
const run = spawnSync(process.execPath, ['--import', 'tsx', '--test', '--test-reporter=spec', ...files], { stdio: 'inherit' });
process.exit(run.status ?? 1);

function testFiles(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(folder, name))
    .sort();
}
