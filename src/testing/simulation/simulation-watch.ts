import type { SwimEffect } from '../../swim/effects.ts';
import { BoundsChecker } from './bounds-checker.ts';
import { EventOrder } from './event-order.ts';
import { InvariantChecker } from './invariant-checker.ts';
import type { SimulatedNode } from './simulated-node.ts';
import type { SimulationTrace } from './simulation-trace.ts';

/**
 * Runs the checkers over a simulation: over every effect before it is carried out, and over what a node holds after each of its steps. In a cluster of
 * more than {@link SMALL_CLUSTER} names what a node holds is looked at in turns, {@link INSPECTED_AT_ONCE} nodes every virtual second; what its steps
 * report is checked at once at any size.
 */
export class SimulationWatch {
  readonly #trace: SimulationTrace | undefined;
  readonly #maxTombstones: number;
  readonly #checker = new InvariantChecker();
  readonly #observers = new Map<SimulatedNode, { readonly events: EventOrder; readonly bounds: BoundsChecker }>();
  readonly #names = new Set<string>();
  #inspections = 0;
  #nextTurnMs = TURN_MS;

  constructor(options: { readonly trace: SimulationTrace | undefined; readonly maxTombstones: number }) {
    this.#trace = options.trace;
    this.#maxTombstones = options.maxTombstones;
  }

  /** A node begins a life. */
  begin(node: SimulatedNode): void {
    this.#names.add(node.nodeId);
    this.#checker.begin(node.networkName, node.nodeId);
    this.#observers.set(node, { events: new EventOrder(), bounds: new BoundsChecker() });
  }

  /** A node's life is over, and another one may begin under its name. */
  end(node: SimulatedNode): void {
    this.#observers.delete(node);
    this.#checker.end(node.networkName);
  }

  /** An effect is about to be carried out. @throws InvariantError when the engine should not have asked for it. */
  effect(node: SimulatedNode, effect: SwimEffect, nowMs: number): void {
    this.#trace?.add(nowMs, node.networkName, effect);
    if (effect.kind === 'memberChanged') {
      if (node.isGivingUp) this.#checker.giveUp(effect);
      this.#checker.observe(node.networkName, effect, node.phase === 'leaving');
      if (effect.nodeId !== node.nodeId) this.#observers.get(node)?.bounds.note(effect.nodeId, effect.state, nowMs);
    } else if (effect.kind === 'memberForgotten') {
      this.#checker.forget(node.networkName, effect.nodeId);
      this.#observers.get(node)?.bounds.forget(effect.nodeId);
      this.#observers.get(node)?.events.forget(effect.nodeId);
    } else if (effect.kind === 'emit') this.#observers.get(node)?.events.hear(node.networkName, effect.event);
  }

  /** A node's step is over. @throws InvariantError when it holds what it should not. */
  stepped(node: SimulatedNode, nowMs: number): void {
    if (this.#names.size <= SMALL_CLUSTER && node.isRunning) this.#inspect(node, nowMs);
  }

  /** Time has moved on; some nodes of a large cluster may be looked at. `running` is asked only then. */
  passed(nowMs: number, running: () => readonly SimulatedNode[]): void {
    if (nowMs < this.#nextTurnMs) return;
    this.#nextTurnMs = nowMs + TURN_MS;
    const nodes = running();
    for (let i = 0; i < Math.min(nodes.length, INSPECTED_AT_ONCE); i++) {
      const node = nodes[this.#inspections++ % nodes.length];
      if (node !== undefined) this.#inspect(node, nowMs);
    }
  }

  #inspect(node: SimulatedNode, nowMs: number): void {
    this.#checker.inspect(node.networkName, node.nodes());
    const bounds = { maxTombstones: this.#maxTombstones, names: this.#names.size, nowMs };
    this.#observers.get(node)?.bounds.check(node.networkName, node.heldAmounts(), bounds);
  }
}

/** Up to so many names, a node is looked at after each of its steps. */
const SMALL_CLUSTER = 24;
const TURN_MS = 1000;
const INSPECTED_AT_ONCE = 10;
