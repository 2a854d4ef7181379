let spare: Buffer | undefined;

/** Memory of at least `bytes` bytes with anything in it: what {@link leaveSpare} left behind when it is large enough. */
export function takeSpare(bytes: number): Buffer {
  const left = spare;
  if (left === undefined || left.length < bytes) return Buffer.allocUnsafeSlow(bytes);
  spare = undefined;
  return left;
}

/** Leaves memory that nobody looks at any more to the next taker. One piece is kept, the larger of two, and none above 2 MiB. */
export function leaveSpare(buffer: Buffer): void {
  if (buffer.length <= MAX_SPARE_BYTES && (spare === undefined || spare.length <= buffer.length)) spare = buffer;
}

/** What a process keeps for good after it has sent a large message. */
const MAX_SPARE_BYTES = 2_097_152;
