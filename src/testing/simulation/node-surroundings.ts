import type { SwimEffect } from '../../swim/effects.ts';
import type { EventQueue } from './event-queue.ts';
import type { SimulatedCall } from './simulated-call.ts';
import type { SimulatedNode } from './simulated-node.ts';

/** What a simulated node needs of the simulation around it. */
export interface NodeSurroundings {
  readonly queue: EventQueue;
  sendDatagram(from: SimulatedNode, to: string, bytes: Uint8Array): void;
  /** Carries a call to whoever listens at `address`; exactly one of the two callbacks is called, unless this node dies before. */
  call(from: SimulatedNode, request: SimulatedCall): void;
  /** The RPC address a node has now, as a name service would tell it. */
  resolve(nodeId: string): string | undefined;
  /** Sees every effect before it is carried out. */
  watch(node: SimulatedNode, effect: SwimEffect): void;
  /** All effects of one call of the engine were carried out. */
  stepped(node: SimulatedNode): void;
  /** A datagram found the socket of a node full that could not read. */
  noteOverflow(): void;
}
