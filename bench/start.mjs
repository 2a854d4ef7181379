// npm run bench: installs what the benchmark is measured beside, compiles it together with the library, runs it.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile, installPeers, runStep } from './steps.mjs';

const bench = fileURLToPath(new URL('.', import.meta.url));

installPeers();
compile(bench);
runStep(process.execPath, ['--enable-source-maps', join(bench, 'dist/bench/run.js'), ...process.argv.slice(2)]);
