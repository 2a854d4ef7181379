import type { MembershipEvent } from '../../src/swim/membership-event.ts';
import { sharedNow } from './shared-clock.ts';

/** What the nodes of one process have told of a node that was taken away. */
export interface Departure {
  /** How many of them have called it failed. */
  knownBy: number;
  /** When the last of these did; on the shared clock, as all times here. */
  lastKnownAtMs: number;
  /** When the first of them suspected it, if one has. */
  suspectedAtMs: number | undefined;
}

/** Accusations of nodes that were there all the time. */
export interface FalseAlarms {
  /** Each observer that called a live node failed counts. */
  readonly failures: number;
  readonly suspicions: number;
  /** Names of the accused, each once, as far as {@link MAX_NAMES} goes. */
  readonly failed: readonly string[];
}

/** Collects what the nodes of one process say of others. What is said of a node counts as true from the moment it was announced to be going. */
export class Observations {
  readonly #departures = new Map<string, Departure>();
  readonly #accused = new Set<string>();
  #failures = 0;
  #suspicions = 0;

  /** A node is about to go, wherever it runs. */
  expectDeparture(nodeId: string): void {
    this.#departures.set(nodeId, { knownBy: 0, lastKnownAtMs: 0, suspectedAtMs: undefined });
  }

  /** A node that went is about to come back: whoever accuses it from now on is wrong. */
  expectReturn(nodeId: string): void {
    this.#departures.delete(nodeId);
  }

  departure(nodeId: string): Departure {
    const departure = this.#departures.get(nodeId);
    if (departure === undefined) throw new Error(`Expected the name of a node that was announced to go, got ${nodeId}`);
    return departure;
  }

  note(event: MembershipEvent): void {
    if (event.kind === 'nodeFailed') this.#noteFailed(event.node.nodeId);
    else if (event.kind === 'nodeSuspect') this.#noteSuspect(event.node.nodeId);
  }

  get falseAlarms(): FalseAlarms {
    return { failures: this.#failures, suspicions: this.#suspicions, failed: [...this.#accused] };
  }

  #noteFailed(nodeId: string): void {
    const departure = this.#departures.get(nodeId);
    if (departure !== undefined) {
      departure.knownBy += 1;
      departure.lastKnownAtMs = sharedNow();
      return;
    }
    this.#failures += 1;
    if (this.#accused.size < MAX_NAMES) this.#accused.add(nodeId);
  }

  #noteSuspect(nodeId: string): void {
    const departure = this.#departures.get(nodeId);
    if (departure === undefined) this.#suspicions += 1;
    else departure.suspectedAtMs ??= sharedNow();
  }
}

const MAX_NAMES = 10;
