import type { NodeInfo, NodeState } from '../../swim/node-info.ts';
import { STATE_RANK } from '../../swim/precedence.ts';

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
 * - `selfIsAlive`: a running node never holds itself for suspect or failed, nor for left before it leaves.
 * - `oneMeaning`: one version of a node has one address and one set of tags, everywhere.
 * - `nothingUnreported`: what a node shows is what it last reported to have accepted.
 */
export class InvariantChecker {
  readonly #held = new Map<string, Map<string, ObservedChange>>();
  readonly #meanings = new Map<string, string>();
  /** Changes whose meaning was compared already: it cannot change without another one. */
  readonly #inspected = new WeakSet<ObservedChange>();

  /** An observer begins a life: it knows nothing. */
  begin(observer: string): void {
    this.#held.set(observer, new Map());
  }

  /** An observer accepted evidence. @throws InvariantError when it should not have. */
  observe(observer: string, change: ObservedChange, isLeaving = false): void {
    const held = this.#heldBy(observer);
    const before = held.get(change.nodeId);
    if (change.nodeId === observer) checkSelf(change, isLeaving);
    if (before !== undefined) checkStep(observer, before, change);
    held.set(change.nodeId, { ...change });
  }

  /** An observer dropped what it remembered of a node. */
  forget(observer: string, nodeId: string): void {
    this.#heldBy(observer).delete(nodeId);
  }

  /** Looks at all that an observer shows. @throws InvariantError when it does not fit what was observed. */
  inspect(observer: string, nodes: readonly NodeInfo[]): void {
    const held = this.#heldBy(observer);
    for (const node of nodes) {
      const last = held.get(node.nodeId);
      if (last === undefined || last.epoch !== node.epoch || last.incarnation !== node.incarnation || last.state !== node.state) {
        throw new InvariantError(
          'nothingUnreported',
          `${observer} shows ${describe(node)}, last reported ${last ? describe(last) : 'nothing'}`,
        );
      }
      if (node.state !== 'alive' || this.#inspected.has(last)) continue;
      this.#checkMeaning(observer, node);
      this.#inspected.add(last);
    }
  }

  #checkMeaning(observer: string, node: NodeInfo): void {
    const version = `${node.nodeId} ${node.epoch}.${node.incarnation}`;
    const meaning = JSON.stringify([node.address, node.gossipAddress, Object.entries(node.tags).sort()]);
    const known = this.#meanings.get(version);
    if (known === undefined) this.#meanings.set(version, meaning);
    else if (known !== meaning) throw new InvariantError('oneMeaning', `${observer} shows ${version} as ${meaning}, others as ${known}`);
  }

  #heldBy(observer: string): Map<string, ObservedChange> {
    let held = this.#held.get(observer);
    if (held === undefined) {
      held = new Map();
      this.#held.set(observer, held);
    }
    return held;
  }
}

/** A rule of {@link InvariantChecker} was broken: the engine has a defect. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
  /** Which rule. */
  readonly rule: string;

  constructor(rule: string, message: string) {
    super(`${rule}: ${message}`);
    this.rule = rule;
  }
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
}

function describe(change: ObservedChange): string {
  return `${change.nodeId} ${change.state} at ${change.epoch}.${change.incarnation}`;
}
