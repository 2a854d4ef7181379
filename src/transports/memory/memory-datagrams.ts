import { invalidArgument } from '../../errors/expect.ts';
import type { DatagramNetwork, DatagramSocket } from '../../ports/datagram-socket.ts';
import { parseAddress } from '../../util/address.ts';
import { canonicalAddress, type MemorySocket, type MemoryWorld } from './memory-world.ts';

/** The datagram sockets of one endpoint of a memory network. */
export function memoryDatagrams(world: MemoryWorld, host: string): DatagramNetwork {
  return {
    bind: async (address, onMessage) => {
      const parsed = parseAddress(address);
      if (parsed === undefined) throw invalidArgument('address', 'host:port', address);
      const socket = new MemoryDatagramSocket(world, world.chooseAddress(parsed), { host, onMessage });
      world.bind(socket);
      return socket;
    },
  };
}

interface SocketParts {
  /** Who it sends as when it is bound to every host. */
  readonly host: string;
  readonly onMessage: (bytes: Uint8Array, from: string) => void;
}

class MemoryDatagramSocket implements DatagramSocket, MemorySocket {
  readonly address: string;
  readonly #world: MemoryWorld;
  readonly #parts: SocketParts;
  readonly #from: string;
  #isOpen = true;

  constructor(world: MemoryWorld, address: string, parts: SocketParts) {
    this.#world = world;
    this.#parts = parts;
    this.address = address;
    this.#from = address.replace(/^(?:0\.0\.0\.0|\[::\])(?=:)/, parts.host);
  }

  send(bytes: Uint8Array, address: string): void {
    const target = parseAddress(address);
    if (!this.#isOpen || target === undefined) return;
    const to = canonicalAddress(target);
    if (this.#world.isCut(this.#from, to)) return;
    for (let copies = this.#world.drawCopies(); copies > 0; copies--) {
      const copy = Uint8Array.prototype.slice.call(bytes);
      this.#world.later(this.#world.drawDelayMs(), () => {
        const receiver = this.#world.find(target);
        if (receiver instanceof MemoryDatagramSocket && !this.#world.isCut(this.#from, to)) receiver.#receive(copy, this.#from);
      });
    }
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    this.#world.unbind(this);
  }

  vanish(): void {
    this.#isOpen = false;
  }

  onHealed(): void {
    // Datagrams that were cut off are lost.
  }

  #receive(bytes: Uint8Array, from: string): void {
    if (this.#isOpen) this.#parts.onMessage(bytes, from);
  }
}
