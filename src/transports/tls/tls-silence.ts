/** Ends what has heard nothing for a while. Noting that something came costs a store: the time is counted in ticks of a quarter of the limit. */
export class SilenceWatch {
  /** To be set when something came. */
  hasArrived = false;
  readonly #timer: NodeJS.Timeout;
  #silentTicks = 0;

  /** `onSilence` is called once, when nothing came for `limitMs` to five quarters of it. */
  constructor(limitMs: number, onSilence: () => void) {
    this.#timer = setInterval(() => {
      this.#silentTicks = this.hasArrived ? 0 : this.#silentTicks + 1;
      this.hasArrived = false;
      if (this.#silentTicks < TICKS) return;
      this.stop();
      onSilence();
    }, limitMs / TICKS);
    // The socket keeps the process alive, as long as there is one.
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

const TICKS = 4;
