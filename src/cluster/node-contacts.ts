import type { Clock } from '../ports/clock.ts';
import type { Swim } from '../swim/swim.ts';

/**
 * What calls tell the membership about other nodes, all clients of this process together: that a node answered, and whether there is a connection to it.
 * Cheap enough to be told of each item of a stream.
 */
export class NodeContacts {
  readonly #swim: Pick<Swim, 'node' | 'noteContact' | 'setConnected'>;
  readonly #clock: Clock;
  readonly #notedAt = new Map<string, { readonly epoch: number | undefined; readonly at: number }>();
  /** Open connections to each node. */
  readonly #connections = new Map<string, number>();

  constructor(swim: Pick<Swim, 'node' | 'noteContact' | 'setConnected'>, clock: Clock) {
    this.#swim = swim;
    this.#clock = clock;
  }

  /** The node answered just now. With `epoch`, only if that is its present life: an old process says nothing about the new one. */
  noteContact(nodeId: string, epoch: number | undefined): void {
    const at = this.#clock.now();
    const noted = this.#notedAt.get(nodeId);
    if (noted && noted.epoch === epoch && at - noted.at < NOTE_EVERY_MS) return;
    const node = this.#swim.node(nodeId);
    if (!node || (epoch !== undefined && node.epoch !== epoch)) return;
    if (this.#notedAt.size >= MAX_NOTED) this.#notedAt.clear();
    this.#notedAt.set(nodeId, { epoch, at });
    this.#swim.noteContact(nodeId, at);
  }

  /** A connection to the node was opened or closed. It counts as connected until the last one is closed. */
  noteConnection(nodeId: string, isOpen: boolean): void {
    const before = this.#connections.get(nodeId) ?? 0;
    const after = Math.max(0, before + (isOpen ? 1 : -1));
    if (after === 0) this.#connections.delete(nodeId);
    else this.#connections.set(nodeId, after);
    if ((before === 0) !== (after === 0)) this.#swim.setConnected(nodeId, isOpen);
  }
}

/** Well below the probe interval, within which a contact counts against a failed probe. */
const NOTE_EVERY_MS = 200;
/** Nodes of past lives must not fill the memory; noting one too often does no harm. */
const MAX_NOTED = 4_096;
