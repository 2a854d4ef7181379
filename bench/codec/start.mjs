// npm run bench:codec: installs the peers, generates the code of all who generate theirs, compiles it together with the library, runs it.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile, installPeers, runStep } from '../steps.mjs';

const folder = fileURLToPath(new URL('.', import.meta.url));

installPeers();
rmSync(join(folder, 'generated'), { recursive: true, force: true });
// Nothing that runs knows an earlier form of these messages.
rmSync(join(folder, 'messages.rpc.lock.json'), { force: true });
runStep(process.execPath, ['--import', 'tsx', join(folder, 'generate.ts')]);
compile(folder);
const run = join(folder, '../dist/bench/codec/run.js');
runStep(process.execPath, ['--enable-source-maps', '--expose-gc', run, ...process.argv.slice(2)]);
