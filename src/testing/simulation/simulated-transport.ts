import type { EventQueue } from './event-queue.ts';
import type { SimulatedCall } from './simulated-call.ts';
import type { SimulatedNetwork } from './simulated-network.ts';
import type { SimulatedNode } from './simulated-node.ts';

/** Carries datagrams and calls between the nodes of a simulation: finds who has an address and delivers when the network says so. */
export class SimulatedTransport {
  readonly #network: SimulatedNetwork;
  readonly #queue: EventQueue;
  readonly #byAddress = new Map<string, SimulatedNode>();

  constructor(network: SimulatedNetwork, queue: EventQueue) {
    this.#network = network;
    this.#queue = queue;
  }

  /** From now on the node is reached at its addresses. */
  add(node: SimulatedNode): void {
    this.#byAddress.set(node.address, node);
    this.#byAddress.set(node.gossipAddress, node);
  }

  /** From now on nobody is reached at the addresses of this node. */
  remove(node: SimulatedNode): void {
    this.#byAddress.delete(node.address);
    this.#byAddress.delete(node.gossipAddress);
  }

  /** Carries a datagram to whoever has the address when it arrives: never, once or twice, as the network decides. */
  sendDatagram(from: SimulatedNode, to: string, bytes: Uint8Array): void {
    const target = this.#byAddress.get(to);
    if (target === undefined) return;
    for (const delayMs of this.#network.carryDatagram(from.networkName, target.networkName)) {
      this.#queue.after(delayMs, () => this.#byAddress.get(to)?.receive(bytes, from.gossipAddress));
    }
  }

  /** Carries a call and its answer. A node that is down refuses at once, a cut link says nothing until the caller gives up. */
  call(from: SimulatedNode, call: SimulatedCall): void {
    const target = this.#byAddress.get(call.address);
    const thereMs = target === undefined ? CALL_REFUSED_MS : this.#network.carryCall(from.networkName, target.networkName);
    let isOver = false;
    const timeout = this.#queue.after(call.timeoutMs, () => end(call.onFailure));
    let served: SimulatedNode | undefined;
    const end = (action: () => void): void => {
      if (isOver) return;
      isOver = true;
      timeout.cancel();
      served?.countCall(-1);
      if (from.isRunning) from.handle(action);
    };
    if (thereMs === undefined) return;
    this.#queue.after(thereMs, () => {
      const server = this.#byAddress.get(call.address);
      if (server === undefined || !server.isRunning) return end(call.onFailure);
      if (isOver) return;
      served = server;
      server.countCall(1);
      server.handle(() =>
        call.handle(server, (bytes) => this.#carryAnswer({ server, from, bytes }, () => end(() => call.onAnswer(bytes)))),
      );
    });
  }

  #carryAnswer(
    answer: { readonly server: SimulatedNode; readonly from: SimulatedNode; readonly bytes: Uint8Array },
    deliver: () => void,
  ): void {
    const backMs = this.#network.carryCall(answer.server.networkName, answer.from.networkName);
    if (backMs !== undefined) this.#queue.after(backMs, deliver);
  }
}

const CALL_REFUSED_MS = 2;
