/**
 * When the unary requests of a lane leave: those of one tick together, because a write costs as much as many requests, but in two parts once they are half of
 * those in flight. Then the server works on one half while the client works on the other. If all were on the way together, each side would wait for the other,
 * however many calls there are.
 */
export class RequestHalves {
  #inFlight = 0;
  #begunInTick = 0;
  /** Half of the calls that were in flight when the last tick ended. */
  #half = 0;

  /** A request was written. True when the requests of this tick are half of what was in flight: what still waits leaves now. */
  begin(): boolean {
    this.#inFlight += 1;
    this.#begunInTick += 1;
    return this.#begunInTick === this.#half;
  }

  /** A call has ended. */
  end(): void {
    this.#inFlight -= 1;
  }

  /** The tick is over. */
  endTick(): void {
    this.#begunInTick = 0;
    this.#half = (this.#inFlight + 1) >> 1;
  }
}
