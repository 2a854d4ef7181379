import type { RpcError } from '../errors/rpc-error.ts';
import type { CloseInfo } from '../ports/transport.ts';

/** What the owner of a connection wants to hear. */
export interface ClientConnectionEvents {
  onOpen(): void;
  /** The server takes no new calls; those it took go on. */
  onDraining(reason: string): void;
  onClosed(error: RpcError, info: CloseInfo): void;
}
