// npm run soak -- --minutes N [--seed S] [--transport quic|tls] [--callers N] [--rest-ms N] [--kill-every-s N]
import { parseArgs } from 'node:util';
import { Dice } from '../fuzz/dice.ts';
import { type ChildScenario, startScenario } from '../support/child-scenario.ts';
import { createTrust } from '../support/cluster-nodes.ts';
import { SoakJudge } from './soak-judge.ts';
import type { SoakInput, SoakMessage } from './soak-process.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string' },
    transport: { type: 'string', default: 'quic' },
    callers: { type: 'string', default: '16' },
    'rest-ms': { type: 'string', default: '20' },
    'kill-every-s': { type: 'string', default: '120' },
  },
});
const minutes = Number(values.minutes);
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(values.seed);
const shared = {
  trust: await createTrust(),
  transport: values.transport as 'quic' | 'tls',
  seed,
  callers: Number(values.callers),
  restMs: Number(values['rest-ms']),
};
const dice = new Dice(seed);
const judge = new SoakJudge();
const startedAt = Date.now();
const endsAt = startedAt + minutes * 60_000;
console.log(`seed ${seed}, ${minutes} minutes over ${shared.transport}`);

let server = await startServer('127.0.0.1:0', 0);
const address = server.address;
const client = startScenario('../soak/soak-process.ts', { ...shared, role: 'client', address } satisfies SoakInput);
listen(client, 'client', 120_000);
for (let life = 1; Date.now() < endsAt; life++) {
  await sleep(Math.min(endsAt - Date.now(), Number(values['kill-every-s']) * 1_000 * (0.5 + dice.below(1_000) / 1_000)));
  if (Date.now() >= endsAt) break;
  judge.serverKilled(Date.now());
  server.child.process.kill('SIGKILL');
  await sleep(dice.below(3_000));
  server = await startServer(address, life);
  judge.serverBack(Date.now());
  console.log(`${minutesNow()} min: server killed and started again; ${judge.calls} calls so far, ${judge.summary()}`);
}
client.process.kill('SIGKILL');
server.child.process.kill('SIGKILL');
const verdict = judge.verdict();
for (const line of verdict.lines) console.log(line);
process.exit(verdict.isGood ? 0 : 1);

async function startServer(at: string, life: number): Promise<{ readonly child: ChildScenario; readonly address: string }> {
  const child = startScenario('../soak/soak-process.ts', { ...shared, role: 'server', address: at } satisfies SoakInput);
  const message = (await child.nextMessage()) as SoakMessage;
  if (message.kind !== 'listening') throw new Error(`The server said ${JSON.stringify(message)}`);
  // A server has nothing more to say.
  listen(child, `server ${life}`, 2 ** 31 - 1);
  return { child, address: message.address };
}

/** Hears a process until it ends; only those may end that are killed here. */
function listen(child: ChildScenario, name: string, timeoutMs: number): void {
  const hear = async (): Promise<void> => {
    for (;;) judge.hear((await child.nextMessage(timeoutMs)) as SoakMessage, (Date.now() - startedAt) / 60_000);
  };
  hear().catch((error: unknown) => {
    if (!child.process.killed) judge.processFailed(name, String(error));
  });
}

function minutesNow(): string {
  return ((Date.now() - startedAt) / 60_000).toFixed(1);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
