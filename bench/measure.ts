import { type ContenderClient, type Payload, STREAM_TEXT, UNARY_TEXT } from './contender.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import type { Point } from './plan.ts';

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
}

/** Checks whole contents once, so that the measurement itself only has to check lengths. @throws Error saying what came. */
export async function checkAnswers({ client, unaryPayload, streamPayload }: Subject): Promise<void> {
  const answer = await client.unary(unaryPayload);
  if (!isSame(answer, unaryPayload)) throw new Error(`Expected the answer "${UNARY_TEXT}", got "${toText(answer)}"`);
  let items = 0;
  await client.stream(CHECKED_ITEMS, (item) => {
    if (!isSame(item, streamPayload)) throw new Error(`Expected the item "${STREAM_TEXT}", got "${toText(item)}"`);
    items += 1;
  });
  if (items !== CHECKED_ITEMS) throw new Error(`Expected a stream of ${CHECKED_ITEMS} items, got ${items}`);
}

/**
 * Keeps `inFlight` operations open for `durationMs`, each started when one has ended, and waits for the last to end.
 * @throws Error when an operation fails or gives something else than was sent.
 */
export async function measure(subject: Subject, point: Point, times: { durationMs: number; streamItems: number }): Promise<Measurement> {
  const operate = point.shape === 'unary' ? unaryOperation(subject) : streamOperation(subject, times.streamItems);
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

function unaryOperation({ client, unaryPayload }: Subject): () => Promise<void> {
  return async () => {
    const answer = await client.unary(unaryPayload);
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

function isSame(one: Payload, other: Payload): boolean {
  return toText(one) === toText(other);
}

function toText(payload: Payload): string {
  return typeof payload === 'string' ? payload : Buffer.from(payload).toString('latin1');
}

const CHECKED_ITEMS = 100;
