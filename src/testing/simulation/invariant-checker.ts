import type { NodeInfo, NodeState } from '../../swim/node-info.ts';
import { STATE_RANK } from '../../swim/precedence.ts';
import { InvariantError } from './invariant-error.ts';

/** What one node accepted about another, or about itself. */
export interface ObservedChange {
  readonly nodeId: string;
  readonly epoch: number;
  readonly incarnation: number;
  readonly state: NodeState;
}

/**
 * What must hold at every step of every run, whatever the network does. One checker watches all nodes.
 *
 * - `noResurrection`: a node that an observer holds for failed or left takes part again only with a higher epoch or incarnation.
 * - `monotoneVersion`: the version an observer holds of a subject never goes back, and at equal versions no weaker state follows a stronger one.
 * - `illegalPair`: nobody goes from alive to failed without a suspicion, nor from left or failed to suspect without being alive in between.
 * - `onlyTheOwnerRaises`: nobody holds a version that its owner never announced, nor for left who never said goodbye in that life and was not given up.
 * - `oneLife`: a running node begins a new epoch only above that of another life, never above its own.
 * - `selfIsAlive`: a running node never holds itself for suspect or failed, nor for left before it leaves.
 * - `oneMeaning`: one version of a node has one address and one set of tags, everywhere.
 * - `nothingUnreported`: what a node shows is what it last reported to have accepted.
 */
export class InvariantChecker {
  readonly #lives = new Map<string, Life>();
  readonly #meanings = new Map<string, string>();
  readonly #announced = new Map<string, Announced>();
  /** Changes whose meaning was compared already: it cannot change without another one. */
  readonly #inspected = new WeakSet<ObservedChange>();

  /** An observer begins a life: it knows nothing. `nodeId` is its name, when it is observed under another. */
  begin(observer: string, nodeId: string = observer): void {
    this.#lives.set(observer, { id: Symbol(nodeId), nodeId, held: new Map() });
  }

  /** An observer's life is over, and what it held with it. */
  end(observer: string): void {
    this.#lives.delete(observer);
  }

  /** An observer accepted evidence. @throws InvariantError when it should not have. */
  observe(observer: string, change: ObservedChange, isLeaving = false): void {
    const life = this.#lifeOf(observer);
    const { nodeId, held } = life;
    const before = held.get(change.nodeId);
    if (change.nodeId === nodeId) {
      checkSelf(change, isLeaving);
      this.#noteAnnounced(change, life);
      if (before !== undefined && before.epoch < change.epoch) this.#checkLife(change, life);
    } else this.#checkAnnounced(observer, change);
    if (before !== undefined) checkStep(observer, before, change);
    held.set(change.nodeId, { ...change });
  }

  /** An observer dropped what it remembered of a node. */
  forget(observer: string, nodeId: string): void {
    this.#lifeOf(observer).held.delete(nodeId);
  }

  /** Looks at all that an observer shows. @throws InvariantError when it does not fit what was observed. */
  inspect(observer: string, nodes: readonly NodeInfo[]): void {
    const { held } = this.#lifeOf(observer);
    for (const node of nodes) {
      const last = held.get(node.nodeId);
      if (last === undefined || last.epoch !== node.epoch || last.incarnation !== node.incarnation || last.state !== node.state) {
        throw new InvariantError(
          'nothingUnreported',
          `${observer} shows ${describe(node)}, last reported ${last ? describe(last) : 'nothing'}`,
        );
      }
      if (node.state !== 'alive' || !node.hasCurrentTags || this.#inspected.has(last)) continue;
      this.#checkMeaning(observer, node);
      this.#inspected.add(last);
    }
  }

  /** Whoever runs the cluster said goodbye for a node that is missed. */
  giveUp(change: ObservedChange): void {
    if (change.state === 'left') this.#announced.get(change.nodeId)?.goodbyes.add(change.epoch);
  }

  #noteAnnounced(change: ObservedChange, life: Life): void {
    let announced = this.#announced.get(change.nodeId);
    if (announced === undefined) {
      announced = { versions: new Set(), goodbyes: new Set(), epochs: new Map() };
      this.#announced.set(change.nodeId, announced);
    }
    if (!announced.epochs.has(change.epoch)) announced.epochs.set(change.epoch, life.id);
    announced.versions.add(versionText(change));
    if (change.state === 'left') announced.goodbyes.add(change.epoch);
  }

  #checkLife(change: ObservedChange, life: Life): void {
    let highest = Number.NEGATIVE_INFINITY;
    const epochs = this.#announced.get(change.nodeId)?.epochs;
    for (const epoch of epochs?.keys() ?? []) if (epoch < change.epoch && epoch > highest) highest = epoch;
    if (epochs?.get(highest) === life.id)
      throw new InvariantError('oneLife', `${change.nodeId} runs and went above its own epoch, to ${describe(change)}`);
  }

  #checkAnnounced(observer: string, change: ObservedChange): void {
    const announced = this.#announced.get(change.nodeId);
    const isKnown = announced?.versions.has(versionText(change)) && (change.state !== 'left' || announced.goodbyes.has(change.epoch));
    if (!isKnown)
      throw new InvariantError('onlyTheOwnerRaises', `${observer} holds ${describe(change)}, which ${change.nodeId} never said`);
  }

  #checkMeaning(observer: string, node: NodeInfo): void {
    const version = `${node.nodeId} ${versionText(node)}`;
    const meaning = JSON.stringify([node.address, node.gossipAddress, Object.entries(node.tags).sort()]);
    const known = this.#meanings.get(version);
    if (known === undefined) this.#meanings.set(version, meaning);
    else if (known !== meaning) throw new InvariantError('oneMeaning', `${observer} shows ${version} as ${meaning}, others as ${known}`);
  }

  #lifeOf(observer: string): Life {
    const life = this.#lives.get(observer);
    if (life === undefined) throw new Error(`Expected an observer that has begun, got ${JSON.stringify(observer)}`);
    return life;
  }
}

/** What the lives of a node announced: versions, the epochs in which they said goodbye, and whose each epoch was first. */
interface Announced {
  readonly versions: Set<string>;
  readonly goodbyes: Set<number>;
  readonly epochs: Map<number, symbol>;
}

interface Life {
  readonly id: symbol;
  readonly nodeId: string;
  readonly held: Map<string, ObservedChange>;
}

function checkSelf(change: ObservedChange, isLeaving: boolean): void {
  if (change.state === 'alive' || (change.state === 'left' && isLeaving)) return;
  throw new InvariantError('selfIsAlive', `${change.nodeId} runs and holds itself for ${change.state}`);
}

function checkStep(observer: string, before: ObservedChange, after: ObservedChange): void {
  const order = before.epoch === after.epoch ? after.incarnation - before.incarnation : after.epoch - before.epoch;
  const text = `${observer} went from ${describe(before)} to ${describe(after)}`;
  const wasDown = before.state === 'failed' || before.state === 'left';
  const isDown = after.state === 'failed' || after.state === 'left';
  if (wasDown && !isDown && order <= 0) throw new InvariantError('noResurrection', text);
  if (order < 0 || (order === 0 && STATE_RANK[after.state] < STATE_RANK[before.state])) throw new InvariantError('monotoneVersion', text);
  if (ILLEGAL_PAIRS.has(`${before.state} ${after.state}`)) throw new InvariantError('illegalPair', text);
}

/** A restart or a return shows as alive before anything else is held of the node. */
const ILLEGAL_PAIRS: ReadonlySet<string> = new Set(['alive failed', 'failed suspect', 'left suspect']);

function versionText(version: { readonly epoch: number; readonly incarnation: number }): string {
  return `${version.epoch}.${version.incarnation}`;
}

function describe(change: ObservedChange): string {
  return `${change.nodeId} ${change.state} at ${versionText(change)}`;
}
