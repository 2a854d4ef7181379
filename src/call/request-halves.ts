/**
 * When the requests of a client leave: those of one tick together, because a write costs as much as many requests, but in two parts once they are half of all
 * calls in flight. Then the server works on one half while the client works on the other. If all were on the way together, each side would wait for the other,
 * however many calls there are.
 */
export class RequestHalves {
  #begun = 0;
  /** Half of the calls that were in flight when the last tick ended. */
  #half = 0;

  /** A request was written. True when the requests of this tick are half of the calls in flight: they leave now. */
  begin(): boolean {
    this.#begun += 1;
    return this.#begun === this.#half;
  }

  /** The tick is over, with so many calls in flight. */
  endTick(inFlight: number): void {
    this.#begun = 0;
    this.#half = (inFlight + 1) >> 1;
  }
}
