/** A call that counts on its worker until it is released. */
export interface CallToken {
  /** The call has ended, one way or another. Only the first time counts. */
  release(): void;
}

/** Something whose load goes up and down with the calls on it. */
export interface LoadHolder {
  addOwn(change: 1 | -1): void;
}

/**
 * Own calls in flight for each node. A node keeps its count while its worker comes and goes: a call goes on when the cluster holds its
 * worker for dead, and still counts when it turns out to be alive.
 */
export class CallsInFlight {
  readonly #counters = new Map<string, CallCounter>();

  /** How many calls are in flight on a node. */
  count(nodeId: string): number {
    return this.#counters.get(nodeId)?.inFlight ?? 0;
  }

  /** From now on the calls on `nodeId` count on `holder`, or on nothing. Those in flight must be in its load already. */
  attach(nodeId: string, holder: LoadHolder | undefined): void {
    const counter = this.#counters.get(nodeId);
    if (counter !== undefined) counter.holder = holder;
    else if (holder !== undefined) this.#counters.set(nodeId, new CallCounter(holder));
    if (holder === undefined) this.#dropIfIdle(nodeId);
  }

  acquire(nodeId: string): CallToken {
    let counter = this.#counters.get(nodeId);
    if (counter === undefined) {
      counter = new CallCounter(undefined);
      this.#counters.set(nodeId, counter);
    }
    counter.add(1);
    return new CountedCall(this, nodeId);
  }

  /** For {@link CountedCall} only. */
  release(nodeId: string): void {
    this.#counters.get(nodeId)?.add(-1);
    this.#dropIfIdle(nodeId);
  }

  #dropIfIdle(nodeId: string): void {
    const counter = this.#counters.get(nodeId);
    if (counter?.inFlight === 0 && counter.holder === undefined) this.#counters.delete(nodeId);
  }
}

class CallCounter {
  inFlight = 0;
  holder: LoadHolder | undefined;

  constructor(holder: LoadHolder | undefined) {
    this.holder = holder;
  }

  add(change: 1 | -1): void {
    this.inFlight += change;
    this.holder?.addOwn(change);
  }
}

class CountedCall implements CallToken {
  readonly #calls: CallsInFlight;
  readonly #nodeId: string;
  #released = false;

  constructor(calls: CallsInFlight, nodeId: string) {
    this.#calls = calls;
    this.#nodeId = nodeId;
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#calls.release(this.#nodeId);
  }
}
