// npm run fuzz -- --frames 10000000 [--seed N] [--case N] [--targets server,gossipCipher]
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { FUZZ_TARGETS, fuzz } from './fuzz.ts';
import { GOSSIP_TARGETS } from './fuzz-gossip.ts';

const ALL_TARGETS = { ...FUZZ_TARGETS, ...GOSSIP_TARGETS };
const { values } = parseArgs({
  options: {
    frames: { type: 'string', default: '1000000' },
    seed: { type: 'string' },
    case: { type: 'string' },
    targets: { type: 'string', default: Object.keys(ALL_TARGETS).join(',') },
  },
});
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(values.seed);
const frames = Number(values.frames);
const targets = Object.fromEntries(
  values.targets.split(',').map((name) => {
    const target = ALL_TARGETS[name];
    if (!target) throw new Error(`Expected --targets of ${Object.keys(ALL_TARGETS).join(', ')}, got ${name}`);
    return [name, target];
  }),
);
console.log(`seed ${seed}`);

/** The case at hand, for whoever watches: a case that never ends blocks this thread. */
const current = new Int32Array(new SharedArrayBuffer(4));
watch();
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const startedAt = performance.now();
let saidAt = startedAt;
let firstBytes = 0;

const report = await fuzz({
  seed,
  frames,
  targets,
  ...(values.case === undefined ? {} : { onlyCase: Number(values.case) }),
  onCase: (index, given) => {
    Atomics.store(current, 0, index);
    if (performance.now() - saidAt < 10_000) return;
    saidAt = performance.now();
    console.log(`${given.toLocaleString('en')} frames, ${index.toLocaleString('en')} cases, ${memory()} MB in use`);
  },
});
const seconds = (performance.now() - startedAt) / 1_000;
for (const [outcome, count] of [...report.outcomes].sort((a, b) => b[1] - a[1])) console.log(`${String(count).padStart(9)}  ${outcome}`);
console.log(
  `${report.frames.toLocaleString('en')} frames in ${report.cases.toLocaleString('en')} cases, ${seconds.toFixed(1)} s, seed ${seed}: nothing thrown, nothing left behind; slowest case ${report.slowestCaseMs.toFixed(0)} ms, ${memory()} MB in use`,
);
process.exit(0);

/** Heap and buffers after a collection; a run that keeps something per case ends here. */
function memory(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  const megabytes = Math.round((heapUsed + arrayBuffers) / 1e6);
  firstBytes ||= megabytes;
  if (megabytes > firstBytes + 100) throw new Error(`Memory grew from ${firstBytes} to ${megabytes} MB: cases leave something behind`);
  return megabytes;
}

/** Ends the process when a case does not end. */
function watch(): void {
  const code = `
    const { workerData } = require('node:worker_threads');
    const { writeSync } = require('node:fs');
    let last = -1;
    let still = 0;
    setInterval(() => {
      const now = Atomics.load(workerData.current, 0);
      still = now === last ? still + 1 : 0;
      if (still === 6) {
        writeSync(2, 'Case ' + now + ' does not end; to see it again: --seed ' + workerData.seed + ' --case ' + now + '\\n');
        process.kill(process.pid, 'SIGKILL');
      }
      last = now;
    }, 20000);`;
  new Worker(code, { eval: true, workerData: { current, seed } }).unref();
}
