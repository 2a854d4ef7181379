import { PhiAccrual } from './phi-accrual.ts';
import { type PhiOptions, type PhiSettings, resolvePhiSettings } from './phi-settings.ts';
import { WatchSet } from './watch-set.ts';

/**
 * Failure suspicion by the rhythm of heartbeats, for a few peers: the watch set and peers with an open connection. It measures and ranks; it
 * never declares a state. In this folder live the detectors, which know nothing of the membership engine that feeds them.
 * Times are monotonic milliseconds.
 */
export class PhiDetector {
  readonly #settings: PhiSettings;
  readonly #watchSet: WatchSet;
  readonly #connected = new Set<string>();
  readonly #accruals = new Map<string, PhiAccrual>();
  #watched: readonly string[] | undefined;

  /** `nodeId`: the watching node. @throws RpcError `INVALID_ARGUMENT` for settings that make no sense. */
  constructor(nodeId: string, options: PhiOptions = {}, heartbeatIntervalMs = 1000) {
    this.#settings = resolvePhiSettings(options, heartbeatIntervalMs);
    this.#watchSet = new WatchSet(nodeId, this.#settings.watchCount);
  }

  /** A node takes part: it may be chosen. */
  add(nodeId: string): void {
    this.#watchSet.add(nodeId);
    this.#watched = undefined;
  }

  /** It does not any more; its history is dropped. */
  remove(nodeId: string): void {
    this.#watchSet.remove(nodeId);
    this.#accruals.delete(nodeId);
    this.#watched = undefined;
  }

  /** Whether there is an open connection to a node. It counts from when the node takes part. */
  setConnected(nodeId: string, isConnected: boolean): void {
    if (isConnected) this.#connected.add(nodeId);
    else this.#connected.delete(nodeId);
    this.#watched = undefined;
  }

  /** Who is to get heartbeats. */
  watched(): readonly string[] {
    this.#watched ??= this.#choose();
    return this.#watched;
  }

  isWatched(nodeId: string): boolean {
    return this.watched().includes(nodeId);
  }

  /** The first heartbeat is about to be sent: silence counts from now on. Harmless when repeated. */
  begin(nodeId: string, nowMs: number): void {
    if (!this.#accruals.has(nodeId)) this.#accruals.set(nodeId, new PhiAccrual(this.#settings, nowMs));
  }

  /** A heartbeat was answered. */
  heartbeat(nodeId: string, nowMs: number): void {
    this.#accruals.get(nodeId)?.heartbeat(nowMs);
  }

  /** Something else proved that the node is there. */
  contact(nodeId: string, nowMs: number): void {
    this.#accruals.get(nodeId)?.contact(nowMs);
  }

  /** This process stood still: silence before now is not the peers' fault. */
  restart(nowMs: number): void {
    for (const accrual of this.#accruals.values()) accrual.restart(nowMs);
  }

  /** The suspicion level; undefined when the node is not watched. */
  phi(nodeId: string, nowMs: number): number | undefined {
    return this.#accruals.get(nodeId)?.phi(nowMs);
  }

  /** When phi will reach the threshold if nothing is heard; undefined when the node is not watched. */
  crossingMs(nodeId: string): number | undefined {
    return this.#accruals.get(nodeId)?.crossingMs;
  }

  /** The measured intervals in milliseconds, oldest first. */
  history(nodeId: string): readonly number[] {
    return this.#accruals.get(nodeId)?.history() ?? [];
  }

  #choose(): readonly string[] {
    const chosen = [...this.#watchSet.chosen()];
    const extra = [...this.#connected].filter((nodeId) => this.#watchSet.has(nodeId) && !chosen.includes(nodeId));
    const watched = [...chosen, ...extra.slice(0, this.#settings.maxConnectedWatched)];
    for (const nodeId of this.#accruals.keys()) if (!watched.includes(nodeId)) this.#accruals.delete(nodeId);
    return watched;
  }
}
