/**
 * Messages of one stream that wait to be read, in order. Messages that came in one chunk of input share a segment: a buffer and three numbers for each
 * message, so that one that waits costs no object of its own.
 */
export class InboundQueue {
  /** The message that {@link take} took. */
  bytes: Buffer = EMPTY;
  start = 0;
  end = 0;
  charge = 0;
  #length = 0;
  #segments: Segment[] = [];
  #first = 0;

  get length(): number {
    return this.#length;
  }

  /** Adds a message; `charge` is what it holds of the credit. */
  push(bytes: Buffer, start: number, end: number, charge: number): void {
    const last = this.#segments[this.#segments.length - 1];
    if (last !== undefined && last.bytes === bytes) {
      last.bounds.push(start, end, charge);
    } else {
      this.#segments.push({ bytes, bounds: [start, end, charge], read: 0, isOwn: false });
    }
    this.#length++;
  }

  /** Takes the oldest message: its bytes, start, end and charge are in the fields of that name until the next one is taken. False when there is none. */
  take(): boolean {
    if (this.#length === 0) return false;
    const segment = this.#segments[this.#first] as Segment;
    const { bounds, read } = segment;
    this.bytes = segment.bytes;
    this.start = bounds[read] as number;
    this.end = bounds[read + 1] as number;
    this.charge = bounds[read + 2] as number;
    segment.read = read + BOUNDS;
    this.#length--;
    if (segment.read === bounds.length) this.#dropFirst();
    return true;
  }

  /** Drops what waits and gives what it held of the credit. */
  clear(): number {
    let charge = 0;
    while (this.take()) charge += this.charge;
    this.bytes = EMPTY;
    return charge;
  }

  /**
   * Copies what waits out of the chunks it came in. A message may be much smaller than its chunk: a slow reader would otherwise keep far more in memory
   * than its credit says.
   */
  compact(): void {
    this.bytes = EMPTY;
    const segments = this.#segments;
    let fresh = segments.length;
    while (fresh > this.#first && !(segments[fresh - 1] as Segment).isOwn) fresh--;
    for (const segment of segments.splice(fresh)) {
      const last = segments.length > this.#first ? segments[segments.length - 1] : undefined;
      // Messages that come one by one share a buffer: one for each would cost many times what the messages do.
      if (last === undefined || !isSmall(last)) segments.push(toOwn([segment]));
      else segments[segments.length - 1] = toOwn([last, segment]);
    }
  }

  #dropFirst(): void {
    this.#first++;
    if (this.#first === this.#segments.length) {
      this.#segments = [];
      this.#first = 0;
    } else if (this.#first > COMPACT_ABOVE && this.#first * 2 > this.#segments.length) {
      this.#segments = this.#segments.slice(this.#first);
      this.#first = 0;
    } else {
      this.#segments[this.#first - 1] = TAKEN;
    }
  }
}

interface Segment {
  readonly bytes: Buffer;
  /** Start, end and charge of each message. */
  readonly bounds: number[];
  /** Where the bounds of the next message begin. */
  read: number;
  /** Whether the buffer holds these messages only. */
  readonly isOwn: boolean;
}

function isSmall({ bytes, bounds }: Segment): boolean {
  return bytes.length < JOINED_BYTES && bounds.length < JOINED_MESSAGES * BOUNDS;
}

/** The messages of some segments that were not read yet, in a buffer of their own. */
function toOwn(parts: readonly Segment[]): Segment {
  let total = 0;
  for (const { bounds, read } of parts) {
    for (let i = read; i < bounds.length; i += BOUNDS) total += (bounds[i + 1] as number) - (bounds[i] as number);
  }
  const copy = Buffer.allocUnsafeSlow(total);
  const moved: number[] = [];
  let position = 0;
  for (const { bytes, bounds, read } of parts) {
    for (let i = read; i < bounds.length; i += BOUNDS) {
      const start = position;
      position += bytes.copy(copy, position, bounds[i] as number, bounds[i + 1] as number);
      moved.push(start, position, bounds[i + 2] as number);
    }
  }
  return { bytes: copy, bounds: moved, read: 0, isOwn: true };
}

const EMPTY = Buffer.alloc(0);
const TAKEN: Segment = { bytes: EMPTY, bounds: [], read: 0, isOwn: true };
const BOUNDS = 3;
const COMPACT_ABOVE = 64;

/** A segment takes the messages of the next one while it is below both. */
const JOINED_BYTES = 4_096;
const JOINED_MESSAGES = 64;
