import type { RpcError } from '../errors/rpc-error.ts';
import type { CloseInfo } from '../ports/transport.ts';
import type { CallEnvironment, CallSettings } from './call-settings.ts';
import type { MethodTable } from './method-table.ts';
import type { ServerLoad } from './server-load.ts';

/** What the owner of a server's connection wants to hear. */
export interface ServerConnectionEvents {
  /** The client's HELLO came. */
  onOpen(): void;
  onClosed(error: RpcError, info: CloseInfo): void;
}

/** What a server's connection works with. */
export interface ServerCallsOptions {
  readonly table: MethodTable;
  readonly load: ServerLoad;
  readonly settings: CallSettings;
  readonly environment: CallEnvironment;
}
