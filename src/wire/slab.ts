import type { MemoryLender } from '../ports/transport.ts';

/** The largest slab, and the only size that serves again. */
export const MAX_SLAB_BYTES = 65_536;

/** A piece of memory that frames are written into. When it is full and the transport has copied all that was handed to it, it serves again. */
export class Slab implements MemoryLender {
  readonly memory: Buffer;
  /** Pieces that the transport may still read. */
  #underWay = 0;
  #isFull = false;

  constructor(bytes: number) {
    this.memory = (bytes === MAX_SLAB_BYTES ? spares.pop() : undefined) ?? Buffer.allocUnsafeSlow(bytes);
  }

  /** A piece of it is handed to the transport, which will call {@link onWritten}, or never. */
  lend(): void {
    this.#underWay += 1;
  }

  onWritten(): void {
    this.#underWay -= 1;
    this.#leave();
  }

  /** Nothing more is written into it. */
  close(): void {
    this.#isFull = true;
    this.#leave();
  }

  #leave(): void {
    if (!this.#isFull || this.#underWay !== 0 || this.memory.length !== MAX_SLAB_BYTES) return;
    if (spares.length < MAX_SPARES) spares.push(this.memory);
  }
}

/** One store for the process. */
const spares: Buffer[] = [];

/** 1 MiB: more would be missed by programs whose peers read slowly, and no more is in use at one moment otherwise. */
const MAX_SPARES = 16;
