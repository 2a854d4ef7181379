import type { NameResolver } from './name-resolver.ts';

/** An unreliable, unordered datagram socket: for gossip. */
export interface DatagramSocket {
  /** `host:port` with the real port. */
  readonly address: string;
  /** Sends at most one datagram; silently lost when the network loses it or the address is not one. The bytes are copied or sent before this returns. */
  send(bytes: Uint8Array, address: string): void;
  /** Idempotent; no message comes after it. */
  close(): Promise<void>;
}

export interface DatagramNetwork {
  /** Binds `host:port` (port 0: chosen by the system). @throws RpcError `ALREADY_EXISTS` when the port is in use. */
  bind(address: string, onMessage: (bytes: Uint8Array, from: string) => void): Promise<DatagramSocket>;
  /** What the host names of this network stand for. Without it names stand for themselves, and there are no SRV records. */
  readonly names?: NameResolver;
}
