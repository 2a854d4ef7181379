/**
 * Memory for large messages that serves again and again: it is dear to get from the system, and the garbage collector runs the sooner the more of it is
 * thrown away. One store for the process.
 */
const spares: ArrayBufferLike[] = [];
let spareBytes = 0;

/** Memory of at least `bytes` bytes with anything in it: what {@link leaveSpare} left behind, if a piece fits and is not far too large. */
export function takeSpare(bytes: number): Buffer {
  let best = -1;
  for (let i = 0; i < spares.length; i++) {
    const { byteLength } = spares[i] as ArrayBufferLike;
    if (byteLength < bytes || byteLength > bytes * MAX_EXCESS) continue;
    if (best < 0 || byteLength < (spares[best] as ArrayBufferLike).byteLength) best = i;
  }
  // Rounded up, so that messages of about one size can use the same piece.
  if (best < 0) return Buffer.allocUnsafeSlow(Math.ceil(bytes / ROUND_BYTES) * ROUND_BYTES);
  const [memory] = spares.splice(best, 1) as [ArrayBufferLike];
  spareBytes -= memory.byteLength;
  return Buffer.from(memory);
}

/**
 * Leaves all the memory behind a buffer to the next taker. Nobody may look at it any more. Memory below {@link MIN_SPARE_BYTES} or above 2 MiB is not
 * kept; of the rest the 8 MiB that were left last.
 */
export function leaveSpare(buffer: Buffer): void {
  const memory = buffer.buffer;
  if (memory.byteLength < MIN_SPARE_BYTES || memory.byteLength > MAX_SPARE_BYTES) return;
  spares.push(memory);
  spareBytes += memory.byteLength;
  while (spareBytes > MAX_TOTAL_BYTES) spareBytes -= (spares.shift() as ArrayBufferLike).byteLength;
}

/** From here on memory comes from the system. */
export const MIN_SPARE_BYTES = 65_536;
const ROUND_BYTES = 65_536;
const MAX_SPARE_BYTES = 2_097_152;
/** What a process keeps for good after it has sent many large messages at once. */
const MAX_TOTAL_BYTES = 8_388_608;
const MAX_EXCESS = 4;
