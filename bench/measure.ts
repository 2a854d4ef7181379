import { allocationOf } from './allocation.ts';
import { BULK_TEXT, type Contender, type ContenderClient, type Payload, payloadOf, STREAM_TEXT, UNARY_TEXT } from './contender.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import type { Point, Shape } from './plan.ts';

/** What one point gave in the client process. An operation is a unary call, or a stream with all its items. */
export interface Measurement {
  readonly operations: number;
  /** From the first start to the last end. */
  readonly elapsedMs: number;
  /** Of one operation. */
  readonly p50Us: number;
  readonly p99Us: number;
  /** User and system time of this process, all threads, during the point. */
  readonly cpuUs: number;
}

/** A connected contender with the payloads that it carries. */
export interface Subject {
  readonly client: ContenderClient;
  readonly unaryPayload: Payload;
  readonly streamPayload: Payload;
  readonly bulkPayload: Payload;
}

export function toSubject({ toPayload }: Pick<Contender, 'toPayload'>, client: ContenderClient): Subject {
  return { client, unaryPayload: toPayload(UNARY_TEXT), streamPayload: toPayload(STREAM_TEXT), bulkPayload: toPayload(BULK_TEXT) };
}

/** Checks whole contents once, so that the measurement itself only has to check lengths. @throws Error saying what came. */
export async function checkAnswers(subject: Subject): Promise<void> {
  const { client, unaryPayload, streamPayload, bulkPayload } = subject;
  const answer = payloadOf(await client.unary(unaryPayload));
  if (!isSame(answer, unaryPayload)) throw new Error(`Expected the answer "${UNARY_TEXT}", got "${toText(answer)}"`);
  let items = 0;
  await client.stream(CHECKED_ITEMS, (item) => {
    if (!isSame(item, streamPayload)) throw new Error(`Expected the item "${STREAM_TEXT}", got "${toText(item)}"`);
    items += 1;
  });
  if (items !== CHECKED_ITEMS) throw new Error(`Expected a stream of ${CHECKED_ITEMS} items, got ${items}`);
  let bulkText = '';
  await exchangeBulk(client, bulkPayload, (piece) => {
    bulkText += toText(piece);
  });
  if (bulkText !== BULK_TEXT) throw new Error(`Expected the bulk answer to be what was sent, got ${bulkText.length} other bytes`);
}

/**
 * Keeps `inFlight` operations open for `durationMs`, each started when one has ended, and waits for the last to end.
 * @throws Error when an operation fails or gives something else than was sent.
 */
export async function measure(subject: Subject, point: Point, times: { durationMs: number; streamItems: number }): Promise<Measurement> {
  const operate = operationOf(subject, point.shape, times.streamItems);
  const latencies = new LatencyHistogram();
  let operations = 0;
  const cpuBefore = process.cpuUsage();
  const begunAt = performance.now();
  const until = begunAt + times.durationMs;
  const keepOneOpen = async (): Promise<void> => {
    let startedAt = performance.now();
    do {
      await operate();
      const endedAt = performance.now();
      latencies.record(endedAt - startedAt);
      operations += 1;
      startedAt = endedAt;
    } while (startedAt < until);
  };
  await Promise.all(Array.from({ length: point.inFlight }, keepOneOpen));
  const elapsedMs = performance.now() - begunAt;
  const cpu = process.cpuUsage(cpuBefore);
  return {
    operations,
    elapsedMs,
    p50Us: latencies.percentile(0.5),
    p99Us: latencies.percentile(0.99),
    cpuUs: cpu.user + cpu.system,
  };
}

/** Bytes of heap that each unary call allocates in this process, garbage included, with 64 calls in flight. */
export async function allocationOfCall(subject: Subject, durationMs: number): Promise<number> {
  let operations = 0;
  const { heapBytes } = await allocationOf(async () => {
    ({ operations } = await measure(subject, { shape: 'unary', inFlight: 64 }, { durationMs, streamItems: 0 }));
  });
  return heapBytes / operations;
}

/** Opens so many streams that stay open; resolves when each has given its item. @throws Error when one ends */
export async function holdStreams({ client, streamPayload }: Subject, count: number): Promise<void> {
  const open = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const onItem = (item: Payload): void =>
        isSame(item, streamPayload) ? resolve() : reject(new Error(`Got the item "${toText(item)}"`));
      if (client.hold === undefined) throw new Error('This contender cannot hold streams open');
      // Once the item is there, rejecting does nothing: the streams end with the connection.
      client.hold(onItem).then(() => reject(new Error('A stream ended that was to stay open')), reject);
    });
  await Promise.all(Array.from({ length: count }, open));
}

function operationOf(subject: Subject, shape: Shape, streamItems: number): () => Promise<void> {
  switch (shape) {
    case 'unary':
      return unaryOperation(subject);
    case 'stream':
      return streamOperation(subject, streamItems);
    case 'bulk':
      return bulkOperation(subject);
  }
}

function unaryOperation({ client, unaryPayload }: Subject): () => Promise<void> {
  return async () => {
    const answer = payloadOf(await client.unary(unaryPayload));
    if (answer.length !== unaryPayload.length) throw new Error(`Expected an answer of ${unaryPayload.length}, got one of ${answer.length}`);
  };
}

function streamOperation({ client, streamPayload }: Subject, count: number): () => Promise<void> {
  return async () => {
    let items = 0;
    await client.stream(count, (item) => {
      if (item.length === streamPayload.length) items += 1;
    });
    if (items !== count) throw new Error(`Expected a stream of ${count} items of ${streamPayload.length}, got ${items}`);
  };
}

function bulkOperation({ client, bulkPayload }: Subject): () => Promise<void> {
  return async () => {
    let length = 0;
    await exchangeBulk(client, bulkPayload, (piece) => {
      length += piece.length;
    });
    if (length !== bulkPayload.length) throw new Error(`Expected an answer of ${bulkPayload.length}, got one of ${length}`);
  };
}

async function exchangeBulk(client: ContenderClient, payload: Payload, onPiece: (piece: Payload) => void): Promise<void> {
  if (client.bulk === undefined) onPiece(payloadOf(await client.unary(payload)));
  else await client.bulk(payload, onPiece);
}

function isSame(one: Payload, other: Payload): boolean {
  return toText(one) === toText(other);
}

function toText(payload: Payload): string {
  return typeof payload === 'string' ? payload : Buffer.from(payload).toString('latin1');
}

const CHECKED_ITEMS = 100;
