import type { MembershipEvent } from '../../swim/membership-event.ts';
import { InvariantError } from './invariant-error.ts';

/**
 * `eventOrder`: what one node tells its subscribers of another makes sense in its order.
 *
 * ```
 * unknown, left -> nodeJoined                       failed  -> nodeJoined, nodeRecovered, nodeRestarted
 * alive         -> nodeSuspect, nodeLeft, nodeRestarted, nodeTagsUpdated
 * suspect       -> nodeRecovered, nodeFailed, nodeLeft, nodeRestarted, nodeTagsUpdated
 * ```
 */
export class EventOrder {
  readonly #told = new Map<string, TellingKind>();

  /** @throws InvariantError when this event may not follow what was told of that node before. */
  hear(observer: string, event: MembershipEvent): void {
    if (!('node' in event) || !isTelling(event.kind)) return;
    const { nodeId } = event.node;
    const before = this.#told.get(nodeId);
    if (!MAY_FOLLOW[event.kind].includes(before)) {
      throw new InvariantError('eventOrder', `${observer} told ${event.kind} of ${nodeId} after ${before ?? 'nothing'}`);
    }
    if (event.kind !== 'nodeTagsUpdated') this.#told.set(nodeId, event.kind);
  }

  /** The node is no longer remembered, so it may join as if it were new. */
  forget(nodeId: string): void {
    this.#told.delete(nodeId);
  }
}

type TellingKind = keyof typeof MAY_FOLLOW;

const ALIVE = ['nodeJoined', 'nodeRecovered', 'nodeRestarted'] as const;

/** `undefined` stands for a node of which nothing was told. */
const MAY_FOLLOW = {
  nodeJoined: [undefined, 'nodeLeft', 'nodeFailed'] as readonly (string | undefined)[],
  nodeSuspect: ALIVE as readonly (string | undefined)[],
  nodeRecovered: ['nodeSuspect', 'nodeFailed'] as readonly (string | undefined)[],
  nodeFailed: ['nodeSuspect'] as readonly (string | undefined)[],
  nodeLeft: [...ALIVE, 'nodeSuspect'] as readonly (string | undefined)[],
  nodeRestarted: [...ALIVE, 'nodeSuspect', 'nodeFailed'] as readonly (string | undefined)[],
  nodeTagsUpdated: [...ALIVE, 'nodeSuspect'] as readonly (string | undefined)[],
};

function isTelling(kind: string): kind is TellingKind {
  return Object.hasOwn(MAY_FOLLOW, kind);
}
