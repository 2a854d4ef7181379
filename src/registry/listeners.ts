/** The subscribers of one kind of event. */
export class Listeners<E> {
  readonly #listeners = new Set<{ readonly call: (event: E) => void }>();

  /** Adds a subscriber; what is returned takes it out again and may be called twice. The same function may be added more than once. */
  add(call: (event: E) => void): () => void {
    const listener = { call };
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Tells every subscriber of every event. One that throws does not keep the others from hearing: its error comes out at the end. */
  emit(events: readonly E[]): void {
    const errors: unknown[] = [];
    for (const event of events) {
      for (const listener of [...this.#listeners]) {
        // One that another has just taken out hears no more.
        if (!this.#listeners.has(listener)) continue;
        try {
          listener.call(event);
        } catch (error) {
          errors.push(error);
        }
      }
    }
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors, `${errors.length} event listeners threw`);
  }

  clear(): void {
    this.#listeners.clear();
  }
}
