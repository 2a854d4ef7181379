/** Lets one loop wait until it may go on. */
export class Turnstile {
  #release: (() => void) | undefined;
  readonly #arm = (resolve: () => void): void => {
    this.#release = resolve;
  };

  /** Resolves at the next {@link open}. */
  wait(): Promise<void> {
    return new Promise<void>(this.#arm);
  }

  open(): void {
    const release = this.#release;
    this.#release = undefined;
    release?.();
  }
}
