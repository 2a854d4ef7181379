import { Client } from '../../src/client.ts';
import { fromUnknown } from '../../src/errors/from-unknown.ts';
import { Server } from '../../src/server.ts';
import { caseSeed, Dice } from '../fuzz/dice.ts';
import { scenarioInput } from '../support/child-scenario.ts';
import type { Trust } from '../support/cluster-nodes.ts';
import { type MemoryInUse, memoryInUse } from './memory.ts';
import { oneCall, SOAK_HANDLERS, WrongAnswer } from './soak-load.ts';
import { transportOf } from './transport-of.ts';

/** What the parent tells a process. */
export interface SoakInput {
  readonly role: 'server' | 'client';
  /** Where the server listens. */
  readonly address: string;
  readonly trust: Trust;
  readonly transport: 'quic' | 'tls';
  readonly seed: number;
  /** Callers that make one call after another. */
  readonly callers: number;
  /** How long a caller rests between two calls, on average. */
  readonly restMs: number;
}

/** What the processes print, a line each. */
export type SoakMessage =
  | { readonly kind: 'listening'; readonly address: string }
  | { readonly kind: 'memory'; readonly client: MemoryInUse; readonly server: MemoryInUse; readonly calls: number }
  | { readonly kind: 'failed'; readonly at: number; readonly code: string; readonly message: string }
  | { readonly kind: 'wrong'; readonly message: string };

const SAMPLE_MS = 5_000;

const input = scenarioInput() as SoakInput;
const say = (message: SoakMessage): void => console.log(JSON.stringify(message));
let calls = 0;
let underWay = 0;
let isResting = false;
if (input.role === 'server') await serve();
else void call();

async function serve(): Promise<void> {
  const server = new Server({ ...input.trust, transport: transportOf(input.transport), clientAuth: 'none' });
  for (const registration of SOAK_HANDLERS) server.registerMethod(registration);
  server.registerRaw('Soak.memory', async () => Buffer.from(JSON.stringify(await memoryInUse())));
  say({ kind: 'listening', address: await server.listen(input.address) });
}

async function call(): Promise<void> {
  const client = await Client.connect(input.address, {
    ca: input.trust.ca,
    transport: transportOf(input.transport),
    defaultTimeoutMs: 30_000,
  });
  for (let caller = 0; caller < input.callers; caller++) void keepCalling(client, new Dice(caseSeed(input.seed, caller)));
  for (;;) {
    await sleep(SAMPLE_MS);
    await sample(client);
  }
}

/** Measures both sides while no call is under way: what calls hold at the moment would hide what stays. */
async function sample(client: Client): Promise<void> {
  isResting = true;
  while (underWay > 0) await sleep(5);
  try {
    const answer = await client.callRaw('Soak.memory', Buffer.alloc(0), { timeoutMs: 2_000 });
    const server = JSON.parse(Buffer.from(answer).toString()) as MemoryInUse;
    say({ kind: 'memory', client: await memoryInUse(), server, calls });
  } catch (error) {
    fail(error);
  } finally {
    isResting = false;
  }
}

function fail(error: unknown): void {
  say({ kind: 'failed', at: Date.now(), code: fromUnknown(error).code, message: fromUnknown(error).message });
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function keepCalling(client: Client, dice: Dice): Promise<never> {
  for (;;) {
    while (isResting) await sleep(10);
    underWay++;
    try {
      await oneCall(client, dice);
      calls++;
    } catch (error) {
      if (error instanceof WrongAnswer) say({ kind: 'wrong', message: error.message });
      else fail(error);
    } finally {
      underWay--;
    }
    await sleep(dice.below(2 * input.restMs));
  }
}
