import { Client } from '../../src/client.ts';
import { Server } from '../../src/server.ts';
import { scenarioInput } from '../support/child-scenario.ts';
import type { Trust } from '../support/cluster-nodes.ts';
import { type MemoryInUse, memoryInUse } from './memory.ts';
import { transportOf } from './transport-of.ts';

export interface ConnectsInput {
  readonly role: 'server' | 'client';
  readonly address: string;
  readonly trust: Trust;
  readonly transport: 'quic' | 'tls';
  readonly connects: number;
}

export interface ConnectsSample {
  readonly connects: number;
  readonly client: MemoryInUse;
  readonly server: MemoryInUse;
}

const input = scenarioInput() as ConnectsInput;
const transport = transportOf(input.transport);
if (input.role === 'server') await serve();
else await connectAndClose();

async function serve(): Promise<void> {
  const server = new Server({ ...input.trust, transport, clientAuth: 'none' });
  server.registerRaw('Connects.memory', async () => Buffer.from(JSON.stringify(await memoryInUse())));
  console.log(JSON.stringify({ address: await server.listen('127.0.0.1:0') }));
}

/** Opens a connection, makes one call and closes it, again and again. */
async function connectAndClose(): Promise<void> {
  const every = Math.max(1, Math.floor(input.connects / 20));
  for (let connects = 1; connects <= input.connects; connects++) {
    const client = await Client.connect(input.address, { ca: input.trust.ca, transport });
    const isSample = connects % every === 0;
    const answer = isSample ? await client.callRaw('Connects.memory', Buffer.alloc(0)) : undefined;
    await client.close();
    if (answer === undefined) continue;
    const sample: ConnectsSample = {
      connects,
      client: await memoryInUse(),
      server: JSON.parse(Buffer.from(answer).toString()) as MemoryInUse,
    };
    console.log(JSON.stringify(sample));
  }
}
