import type { CallEnvironment } from './call-settings.ts';

/** Something whose waiting messages can be copied out of the input that they came in. */
export interface Compactable {
  compact(): void;
}

/** Compacts what took messages from the input of a turn of the event loop, once that turn ends. */
export class InboundCompaction {
  readonly #clock: CallEnvironment['clock'];
  #waiting: Compactable[] = [];
  readonly #compact = (): void => {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const queue of waiting) queue.compact();
  };

  constructor(clock: CallEnvironment['clock']) {
    this.#clock = clock;
  }

  /** To be called once a turn for each queue. */
  add(queue: Compactable): void {
    if (this.#waiting.push(queue) === 1) this.#clock.afterInput(this.#compact);
  }
}
