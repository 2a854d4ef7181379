import { Client } from '../../src/client.ts';
import { Server } from '../../src/server.ts';
import { rawMethod } from '../../src/wire/raw-method.ts';
import { scenarioInput } from '../support/child-scenario.ts';
import { type MemoryInUse, memoryInUse } from './memory.ts';
import type { SlowProcessInput, SlowReaderResult } from './slow-reader.ts';
import { transportOf } from './transport-of.ts';

const ITEM_BYTES = 65_536;
const ITEMS = 16_384;

const feed = rawMethod('Slow.feed', 'serverStreaming', { timeoutMs: 0 });
const sink = rawMethod('Slow.sink', 'clientStreaming', { timeoutMs: 0 });

const input = scenarioInput() as SlowProcessInput;
const transport = transportOf(input.transport);
/** Streams what is asked for and takes what is sent; says what it holds and what it has sent. */
async function serve(): Promise<void> {
  let sentBytes = 0;
  let startReading: () => void = () => undefined;
  const mayRead = new Promise<void>((resolve) => {
    startReading = resolve;
  });
  const server = new Server({ ...input.trust, transport, clientAuth: 'none' });
  server.registerMethod({
    kind: 'serverStreaming',
    method: feed,
    async *handle(request: Uint8Array) {
      const itemBytes = Buffer.from(request).readUInt32LE(0);
      for (const item of items(itemBytes)) {
        sentBytes += itemBytes;
        yield item;
      }
    },
  });
  server.registerMethod({
    kind: 'clientStreaming',
    method: sink,
    async handle(requests: AsyncIterable<Uint8Array>) {
      let count = 0;
      const first = requests[Symbol.asyncIterator]();
      await mayRead;
      for (; count < 200; count++) checkItem((await first.next()).value as Uint8Array, count);
      return Buffer.from(String(count));
    },
  });
  server.registerRaw('Slow.read', () => {
    startReading();
    return Buffer.alloc(0);
  });
  server.registerRaw('Slow.state', async () => Buffer.from(JSON.stringify({ memory: await memoryInUse(), sentBytes })));
  console.log(JSON.stringify({ address: await server.listen('127.0.0.1:0') }));
}

async function measure(): Promise<SlowReaderResult> {
  const client = await Client.connect(input.address, { ca: input.trust.ca, transport, defaultTimeoutMs: 0 });
  const state = async (): Promise<{ memory: MemoryInUse; sentBytes: number }> =>
    JSON.parse(String(Buffer.from(await client.callRaw('Slow.state', Buffer.alloc(0))))) as never;
  await warmUp(client);
  const serverBefore = await state();
  const before = await memoryInUse();
  const run = scenarios[input.scenario](client);
  await new Promise((resolve) => setTimeout(resolve, input.pauseMs));
  const during = await memoryInUse();
  const server = await state();
  const sentBytes = run.sentBytes() || server.sentBytes - serverBefore.sentBytes;
  const readAfterwards = await run.read();
  return { client: { before, during }, server: { before: serverBefore.memory, during: server.memory }, sentBytes, readAfterwards };
}

/** Every code path once or more often, so that what the engines set up for themselves is there before anything is measured. */
async function warmUp(client: Client): Promise<void> {
  for (let round = 0; round < 3; round++) {
    let count = 0;
    for await (const item of client.serverStreaming(feed, request(ITEM_BYTES))) {
      checkItem(item, count);
      if (++count === 300) break;
    }
    await client.callRaw('Slow.state', Buffer.alloc(0));
  }
}

interface SlowRun {
  /** What this side had handed over; 0 when the other side sends. */
  sentBytes(): number;
  /** Begins to read, and gives how many items came in order. */
  read(): Promise<number>;
}

const scenarios: Readonly<Record<SlowProcessInput['scenario'], (client: Client) => SlowRun>> = {
  fromServer: (client) => {
    const stream = client.serverStreaming(feed, request(ITEM_BYTES));
    return { sentBytes: () => 0, read: () => readItems(stream, 500) };
  },
  fromClient: (client) => {
    let sent = 0;
    const source = (function* () {
      for (const item of items(ITEM_BYTES)) {
        sent += ITEM_BYTES;
        yield item;
      }
    })();
    const call = client.clientStreaming(sink, source);
    return {
      sentBytes: () => sent,
      read: async () => {
        await client.callRaw('Slow.read', Buffer.alloc(0));
        return Number(String(Buffer.from(await call)));
      },
    };
  },
  thousandStreams: (client) => {
    const streams = Array.from({ length: 1_000 }, () => client.serverStreaming(feed, request(500)));
    return {
      sentBytes: () => 0,
      // All at once: streams that nobody reads hold what the others need.
      read: async () => {
        const counts = await Promise.all(streams.map((stream) => readItems(stream, 20)));
        return counts.reduce((sum, count) => sum + count, 0);
      },
    };
  },
};

async function readItems(stream: AsyncIterable<Uint8Array>, most: number): Promise<number> {
  let count = 0;
  for await (const item of stream) {
    checkItem(item, count);
    if (++count === most) break;
  }
  return count;
}

/** A gigabyte in all: items of their own memory, each with its number in front. */
function* items(itemBytes: number): Iterable<Buffer> {
  for (let i = 0; i < (ITEMS * ITEM_BYTES) / itemBytes; i++) {
    const item = Buffer.alloc(itemBytes, i);
    item.writeUInt32LE(i, 0);
    yield item;
  }
}

function checkItem(item: Uint8Array, expected: number): void {
  const bytes = Buffer.from(item.buffer, item.byteOffset, item.byteLength);
  if (bytes.readUInt32LE(0) !== expected || bytes[bytes.length - 1] !== (expected & 0xff))
    throw new Error(`Item ${expected} is not what was sent: it says ${bytes.readUInt32LE(0)}`);
}

function request(itemBytes: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(itemBytes);
  return bytes;
}

if (input.role === 'server') await serve();
else console.log(JSON.stringify(await measure()));
