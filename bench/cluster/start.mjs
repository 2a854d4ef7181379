// npm run bench:cluster: compiles the benchmark together with the library, runs it. It is measured beside nobody, so nothing is installed.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile, runStep } from '../steps.mjs';

const folder = fileURLToPath(new URL('.', import.meta.url));

compile(folder);
runStep(process.execPath, ['--enable-source-maps', join(folder, '../dist/bench/cluster/run.js'), ...process.argv.slice(2)]);
