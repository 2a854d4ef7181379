let spare: WeakRef<Buffer> | undefined;

/** Memory of at least `bytes` bytes with anything in it: the one that {@link leaveSpare} left behind when it is large enough. */
export function takeSpare(bytes: number): Buffer {
  const left = spare?.deref();
  if (left === undefined || left.length < bytes) return Buffer.allocUnsafeSlow(bytes);
  spare = undefined;
  return left;
}

/** Leaves memory that nobody looks at any more to the next taker, for as long as the garbage collector has no need of it. */
export function leaveSpare(buffer: Buffer): void {
  const left = spare?.deref();
  if (left === undefined || left.length <= buffer.length) spare = new WeakRef(buffer);
}
