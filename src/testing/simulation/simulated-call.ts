import type { SimulatedNode } from './simulated-node.ts';

/** A call over the reliable transport: the handler runs on the answering node. */
export interface SimulatedCall {
  readonly address: string;
  readonly timeoutMs: number;
  readonly handle: (server: SimulatedNode, answer: (bytes: Uint8Array) => void) => void;
  readonly onAnswer: (bytes: Uint8Array) => void;
  readonly onFailure: () => void;
}
