import type { WorkerRecord } from './worker.ts';

/** The workers, found by id and listed in ascending order of id. */
export class WorkerTable {
  readonly #byId = new Map<string, WorkerRecord>();
  readonly #ordered: WorkerRecord[] = [];
  #version = 0;

  get size(): number {
    return this.#ordered.length;
  }

  /** Another number after every change of the set or of a record in it. */
  get version(): number {
    return this.#version;
  }

  /** In ascending order of node id; valid until the next change. */
  get ordered(): readonly WorkerRecord[] {
    return this.#ordered;
  }

  get(nodeId: string): WorkerRecord | undefined {
    return this.#byId.get(nodeId);
  }

  /** Adds a worker, or replaces the one with its id. */
  put(worker: WorkerRecord): void {
    this.#ordered.splice(this.#placeOf(worker.nodeId), this.#byId.has(worker.nodeId) ? 1 : 0, worker);
    this.#byId.set(worker.nodeId, worker);
    this.#version += 1;
  }

  delete(nodeId: string): void {
    if (!this.#byId.delete(nodeId)) return;
    this.#ordered.splice(this.#placeOf(nodeId), 1);
    this.#version += 1;
  }

  /** Where the worker with this id is or belongs. */
  #placeOf(nodeId: string): number {
    let low = 0;
    let high = this.#ordered.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ordered[middle] as WorkerRecord).nodeId < nodeId) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
