import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { systemClock } from '../../src/system/system-clock.ts';
import { systemRandom } from '../../src/system/system-random.ts';
import { createMemoryNetwork } from '../../src/testing.ts';
import { percentile } from '../cluster/percentile.ts';
import type { ContenderClient } from '../contender.ts';
import { median } from '../statistics.ts';

/**
 * What the JavaScript of RpcNet costs alone: client and server in one process, without sockets and TLS, and with that without most of what makes the
 * benchmark's figures differ from run to run. With `--against DIR`, the compiled benchmark (`bench/dist`) of another checkout takes turns with this one.
 */
async function run(): Promise<void> {
  const { values } = parseArgs({ options: { against: { type: 'string' }, rounds: { type: 'string', default: '160' } } });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`Expected --rounds to be a whole number above 0, got "${values.rounds}"`);
  const own = fileURLToPath(new URL('../..', import.meta.url));
  const clients = [await connect(own)];
  if (values.against !== undefined) clients.push(await connect(resolve(values.against)));
  for (const shape of ['call', 'item'] as const) {
    const times = await measure(clients, shape, rounds);
    const [mine, others] = times.map(summary);
    console.log(`nanoseconds of ${shape === 'call' ? 'a call' : 'an item'}, both sides: ${mine}`);
    if (others === undefined) continue;
    const ratios = (times[0] as number[]).map((ns, round) => ns / (times[1]?.[round] as number));
    console.log(`                 the same in ${values.against}: ${others}`);
    console.log(`  this against the other, median of the rounds: ${median(ratios).toFixed(3)}`);
  }
  process.exit(0);
}

/** A client of a server in this process, both of the checkout that was compiled into `folder`. */
async function connect(folder: string): Promise<ContenderClient<Uint8Array>> {
  const load = (file: string): Promise<unknown> => import(pathToFileURL(join(folder, file)).href);
  const { Client, Server } = (await load('src/index.js')) as typeof import('../../src/index.ts');
  const { echoService } = (await load('bench/echo-service.js')) as typeof import('../echo-service.ts');
  const { echoHandler, toContenderClient } = (await load('bench/rpcnet-contender.js')) as typeof import('../rpcnet-contender.ts');
  const transport = createMemoryNetwork({ clock: systemClock, random: systemRandom }).transport();
  const address = await new Server({ transport, cert: 'unused', key: 'unused' }).register(echoService(echoHandler)).listen('127.0.0.1:1');
  const client = await Client.connect(address, { transport, shareConnection: false });
  return toContenderClient(client, () => client.close());
}

/** Of each client the nanoseconds of a call or an item in each round. Rounds are short, so that both have had the same of what else the machine did. */
async function measure(clients: readonly ContenderClient<Uint8Array>[], shape: 'call' | 'item', rounds: number): Promise<number[][]> {
  const times: number[][] = clients.map(() => []);
  for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
    const order = round % 2 === 0 ? clients.keys() : [...clients.keys()].reverse();
    for (const index of order) {
      const client = clients[index] as ContenderClient<Uint8Array>;
      const ns = shape === 'call' ? await callsOf(client) : await itemsOf(client);
      if (round >= 0) times[index]?.push(ns);
    }
  }
  return times;
}

async function callsOf(client: ContenderClient<Uint8Array>): Promise<number> {
  let left = CALLS;
  const keepOneOpen = async (): Promise<void> => {
    while (left-- > 0) await client.unary(PAYLOAD);
  };
  return timeOf(() => Promise.all(Array.from({ length: 256 }, keepOneOpen)), CALLS);
}

async function itemsOf(client: ContenderClient<Uint8Array>): Promise<number> {
  let items = 0;
  const readOne = (): Promise<void> =>
    client.stream(ITEMS / 64, () => {
      items += 1;
    });
  const ns = await timeOf(() => Promise.all(Array.from({ length: 64 }, readOne)), ITEMS);
  if (items !== ITEMS) throw new Error(`Expected ${ITEMS} items, got ${items}`);
  return ns;
}

async function timeOf(work: () => Promise<unknown>, units: number): Promise<number> {
  const begunAt = performance.now();
  await work();
  return ((performance.now() - begunAt) * 1e6) / units;
}

function summary(times: readonly number[]): string {
  return `least ${Math.min(...times).toFixed(0)}, a quarter below ${percentile(times, 0.25).toFixed(0)}, median ${median(times).toFixed(0)}`;
}

const PAYLOAD = new TextEncoder().encode('x'.repeat(64));
const CALLS = 6_000;
const ITEMS = 19_200;
const WARM_UP_ROUNDS = 10;

await run();
