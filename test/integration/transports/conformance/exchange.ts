import { createHash, randomBytes } from 'node:crypto';
import type { Connection, Lane } from '../../../../src/ports/transport.ts';
import { seededRandom } from '../../../../src/testing/seeded-random.ts';
import { Deferred } from '../../../../src/util/deferred.ts';
import { FramedLane } from '../../../support/framed-lane.ts';
import { watchConnection } from '../../../support/watched-connection.ts';

/** Answers every frame of every lane with itself. */
export function echoFrames(connection: Connection): void {
  watchConnection(connection, (lane) => new FramedLane(lane, (message, from) => from.send(message)));
}

/** Writes back what comes, inside `onData`, whatever `write` answers. */
export function echoBytes(lane: Lane): void {
  lane.setHandler({ onData: (bytes) => void lane.write(bytes), onDrain: () => undefined, onEnd: () => undefined });
}

/** Hands on the bytes of a lane and writes nothing. */
export function readBytes(lane: Lane, onData: (bytes: Uint8Array) => void): void {
  lane.setHandler({ onData, onDrain: () => undefined, onEnd: () => undefined });
}

export interface ExchangeOptions {
  readonly lanes: number;
  readonly messages: number;
  readonly inFlight: number;
  /** Default 200,000. */
  readonly maxBytes?: number;
}

/** Sends messages round robin on lanes and checks every echo against what was sent on that lane, in order. */
export async function exchange(connection: Connection, options: ExchangeOptions): Promise<void> {
  const { lanes, messages, inFlight, maxBytes = 200_000 } = options;
  const nextMessage = messageSource(messages * 31 + lanes, maxBytes);
  const done = new Deferred<void>();
  const expected: Buffer[][] = Array.from({ length: lanes }, () => []);
  let sent = 0;
  let received = 0;
  const framed = expected.map(
    (queue, index) =>
      new FramedLane(connection.openLane(), (message) => {
        const wanted = queue.shift();
        if (wanted === undefined || !wanted.equals(message)) {
          done.reject(new Error(`message ${received} on lane ${index} came back changed`));
          return;
        }
        received += 1;
        if (received === messages) done.resolve();
        else sendNext();
      }),
  );
  const sendNext = (): void => {
    if (sent === messages) return;
    const message = nextMessage(sent);
    const index = sent % lanes;
    sent += 1;
    expected[index]!.push(message);
    framed[index]!.send(message);
  };
  for (let i = 0; i < Math.min(inFlight, messages); i++) sendNext();
  await done.promise;
}

/** One message there and back, as a sign that the connection works. */
export function exchangeOne(connection: Connection): Promise<void> {
  return exchange(connection, { lanes: 1, messages: 1, inFlight: 1 });
}

/** Writes so many random bytes as the lane takes them. */
export function pump(lane: Lane, total: number): { digest: () => string } {
  const hash = createHash('sha256');
  const block = randomBytes(CHUNK_BYTES);
  let written = 0;
  const write = (): void => {
    while (written < total) {
      block.writeUInt32LE(written, 0);
      const chunk = Buffer.from(block);
      hash.update(chunk);
      written += chunk.length;
      if (!lane.write(chunk)) return;
    }
  };
  lane.setHandler({ onData: () => undefined, onDrain: write, onEnd: () => undefined });
  write();
  return { digest: () => hash.digest('hex') };
}

/**
 * As {@link pump}, but every piece is overwritten as soon as the lane calls it written, and then used again. Odd sizes, so that small and large pieces
 * take turns.
 */
export function pumpReusing(lane: Lane, total: number): { digest: () => string } {
  const hash = createHash('sha256');
  const free: Buffer[] = [];
  let written = 0;
  const write = (): void => {
    while (written < total) {
      const memory = free.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES);
      const size = Math.min(total - written, 1 + ((written * 7919) % CHUNK_BYTES));
      const chunk = memory.subarray(0, size).fill(written >> 4);
      hash.update(chunk);
      written += size;
      const onWritten = (): void => {
        memory.fill(0xee);
        free.push(memory);
      };
      const hasRoom = lane.write(chunk, { onWritten });
      if (!hasRoom) return;
    }
  };
  lane.setHandler({ onData: () => undefined, onDrain: write, onEnd: () => undefined });
  write();
  return { digest: () => hash.digest('hex') };
}

/** Resolves `digest` with the SHA-256 of the first `total` bytes of a lane. */
export function hashLane(lane: Lane, total: number, digest: Deferred<string>): void {
  const hash = createHash('sha256');
  let received = 0;
  readBytes(lane, (bytes) => {
    hash.update(bytes);
    received += bytes.length;
    if (received === total) digest.resolve(hash.digest('hex'));
  });
}

/** Small messages are the most frequent, and every hundredth is empty. */
function messageSource(seed: number, maxBytes: number): (index: number) => Buffer {
  const random = seededRandom(seed);
  const source = randomBytes(maxBytes + MAX_OFFSET);
  return (index) => {
    const size = index % 100 === 0 ? 0 : Math.floor(random.next() ** 2 * (maxBytes + 1));
    const start = Math.floor(random.next() * MAX_OFFSET);
    return source.subarray(start, start + size);
  };
}

export const CHUNK_BYTES: number = 64 * 1024;
export const BULK_BYTES: number = 64 * 1024 * 1024;
const MAX_OFFSET = 1024;
