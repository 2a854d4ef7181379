// npm run bench:engine: compiles what it needs of the benchmark together with the library, runs it.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile, runStep } from '../steps.mjs';

const folder = fileURLToPath(new URL('.', import.meta.url));

compile(folder);
runStep(process.execPath, ['--enable-source-maps', join(folder, '../dist/bench/engine/run.js'), ...process.argv.slice(2)]);
