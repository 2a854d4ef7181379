import type { RpcServer } from '../rpc/rpc-server.ts';
import type { Swim } from '../swim/swim.ts';

/**
 * Has the server of a node refuse what may change something while the node is cut off: from the moment a partition is detected and as long as this side has no
 * quorum. It ends when either ends.
 */
export class ReadOnlyMode {
  readonly #server: RpcServer;
  readonly #swim: Swim;
  readonly #isWanted: boolean;
  #isOn = false;
  #isFrozen = false;

  constructor(options: { readonly server: RpcServer; readonly swim: Swim; readonly isWanted: boolean }) {
    this.#server = options.server;
    this.#swim = options.swim;
    this.#isWanted = options.isWanted;
  }

  /** The membership has changed: looks again. Cheap while nothing is cut off. */
  note(): void {
    if (!this.#isWanted || this.#isFrozen) return;
    const { partition } = this.#swim;
    this.#set(partition.isPartitioned && !partition.hasQuorum(this.#server.runtime.clock.now()));
  }

  /** The node is leaving and judges nothing any more: until it has left, things stay as they are. */
  freeze(): void {
    this.#isFrozen = true;
  }

  /** The node takes part no more. */
  close(): void {
    this.#set(false);
  }

  #set(isOn: boolean): void {
    if (isOn === this.#isOn) return;
    this.#isOn = isOn;
    const { logger } = this.#server.runtime;
    this.#server.setReadOnly(isOn ? REASON : undefined);
    if (isOn) logger.warn('only safe methods are served from now on', { reason: REASON });
    else logger.info('all methods are served again');
  }
}

const REASON = 'its cluster is partitioned and this side has no quorum (partition.readOnly)';
