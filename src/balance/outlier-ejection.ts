import { expectInteger, expectNumber } from '../errors/expect.ts';

export interface OutlierEjectionOptions {
  /** So many failures one after the other eject a worker. Default 5. */
  readonly consecutiveFailures?: number;
  /** How long the first ejection lasts; the second lasts twice as long, and so on. Default 30,000. */
  readonly baseEjectionMs?: number;
  /** How long an ejection lasts at most. Default 300,000. */
  readonly maxEjectionMs?: number;
}

/**
 * Takes workers that fail calls out of the rotation for a while, long before the cluster has found out about them.
 *
 * States of a worker, here:
 * - trusted: a success ends the row of failures; the failure that completes the row makes it ejected.
 * - ejected: stays so until its time is up, whatever its last calls bring; then it is trusted again, with no failure held against it.
 *   The count that makes the next ejection longer is forgotten once it has worked for as long as the last one took.
 *
 * Never more than half of the workers are ejected, and at least one stays: when most of them fail, the fault is elsewhere.
 *
 * Failures that count are those of connections and timeouts; an error that a handler answered with is a success here.
 */
export class OutlierEjection {
  readonly #consecutiveFailures: number;
  readonly #baseEjectionMs: number;
  readonly #maxEjectionMs: number;
  /** Only workers that have failed lately. */
  readonly #records = new Map<string, FailureRecord>();
  readonly #ejected = new Set<string>();
  /** When the first of the ejected returns. */
  #nextReturnAt = Number.POSITIVE_INFINITY;

  /** @throws RpcError `INVALID_ARGUMENT` when an option is wrong. */
  constructor(options: OutlierEjectionOptions = {}) {
    const { consecutiveFailures = 5, baseEjectionMs = 30_000, maxEjectionMs = 300_000 } = options;
    expectInteger('consecutiveFailures', consecutiveFailures, 1);
    expectNumber('baseEjectionMs', baseEjectionMs, 0);
    expectNumber('maxEjectionMs', maxEjectionMs, baseEjectionMs);
    this.#consecutiveFailures = consecutiveFailures;
    this.#baseEjectionMs = baseEjectionMs;
    this.#maxEjectionMs = maxEjectionMs;
  }

  /** The node ids that are ejected at `now` (monotonic milliseconds). The same set each time, changed by the next call of any method. */
  ejected(now: number): ReadonlySet<string> {
    if (now >= this.#nextReturnAt) this.#returnDue(now);
    return this.#ejected;
  }

  /** A call on the worker ended well, or with an answer of its handler. */
  recordSuccess(nodeId: string, now: number): void {
    const record = this.#records.get(nodeId);
    if (record === undefined || this.ejected(now).has(nodeId)) return;
    record.failures = 0;
    if (now >= record.ejectedUntil + record.lastEjectionMs) this.#records.delete(nodeId);
  }

  /** A connection to the worker failed, or a call on it timed out. True when this ejects it; `workerCount` is how many there are to choose from. */
  recordFailure(nodeId: string, now: number, workerCount: number): boolean {
    const ejected = this.ejected(now);
    if (ejected.has(nodeId)) return false;
    const record = this.#recordOf(nodeId);
    record.failures += 1;
    if (record.failures < this.#consecutiveFailures || ejected.size + 1 > workerCount / 2) return false;
    this.#eject(nodeId, record, now);
    return true;
  }

  /** The worker has left, failed or been started again: nothing is held against its id any more. */
  forget(nodeId: string): void {
    this.#records.delete(nodeId);
    this.#ejected.delete(nodeId);
  }

  #recordOf(nodeId: string): FailureRecord {
    let record = this.#records.get(nodeId);
    if (record === undefined) {
      record = { failures: 0, ejections: 0, lastEjectionMs: 0, ejectedUntil: Number.NEGATIVE_INFINITY };
      this.#records.set(nodeId, record);
    }
    return record;
  }

  #eject(nodeId: string, record: FailureRecord, now: number): void {
    record.failures = 0;
    record.ejections += 1;
    record.lastEjectionMs = Math.min(this.#baseEjectionMs * record.ejections, this.#maxEjectionMs);
    record.ejectedUntil = now + record.lastEjectionMs;
    this.#ejected.add(nodeId);
    this.#nextReturnAt = Math.min(this.#nextReturnAt, record.ejectedUntil);
  }

  #returnDue(now: number): void {
    this.#nextReturnAt = Number.POSITIVE_INFINITY;
    for (const nodeId of this.#ejected) {
      const ejectedUntil = this.#records.get(nodeId)?.ejectedUntil ?? now;
      if (ejectedUntil <= now) this.#ejected.delete(nodeId);
      else this.#nextReturnAt = Math.min(this.#nextReturnAt, ejectedUntil);
    }
  }
}

interface FailureRecord {
  /** One after the other, without a success between. */
  failures: number;
  ejections: number;
  lastEjectionMs: number;
  ejectedUntil: number;
}
