import { type Connector, type Payload, payloadOf } from './contender.ts';
import { median } from './statistics.ts';

/** Medians of the time from the start of connecting to the first answer, in microseconds. */
export interface HandshakeTimes {
  readonly fullUs: number;
  /** With a ticket of an earlier connection; absent when the library never continued a session. */
  readonly resumedUs?: number;
  /** False when the library does not tell whether a ticket was accepted, so that `resumedUs` may be of full handshakes. */
  readonly isResumptionCertain: boolean;
}

/** Connects, makes one call and closes, `count` times fully and as often with a ticket where that works, by turns. */
export async function timeHandshakes(connect: Connector, payload: Payload, count: number): Promise<HandshakeTimes> {
  const full: number[] = [];
  const resumed: number[] = [];
  let isResumptionCertain = true;
  for (let i = -WARM_UPS; i < count; i++) {
    const one = await timeHandshake(() => connect(false), payload);
    const other = await timeHandshake(() => connect(true), payload);
    if (i < 0) continue;
    full.push(one.us);
    if (other.isResumed !== false) resumed.push(other.us);
    if (other.isResumed === undefined) isResumptionCertain = false;
  }
  return { fullUs: median(full), isResumptionCertain, ...(resumed.length === 0 ? {} : { resumedUs: median(resumed) }) };
}

async function timeHandshake(
  connect: () => ReturnType<Connector>,
  payload: Payload,
): Promise<{ us: number; isResumed: boolean | undefined }> {
  const startedAt = performance.now();
  const { client, isResumed } = await connect();
  const answer = payloadOf(await client.unary(payload));
  const us = (performance.now() - startedAt) * 1_000;
  if (answer.length !== payload.length) throw new Error(`Expected an answer of ${payload.length}, got one of ${answer.length}`);
  await client.close();
  return { us, isResumed };
}

const WARM_UPS = 5;
