import type { RpcClientOptions } from '../rpc/client-options.ts';
import type { RpcServer } from '../rpc/rpc-server.ts';
import type { ServerSettings } from '../rpc/server-options.ts';

/**
 * The options of connections that show the identity of a server: made again when the server got another certificate, and the same object until then, so
 * that whoever keeps connections can tell with one comparison which of them are out of date.
 */
export function followIdentity(server: RpcServer, build: (settings: ServerSettings) => RpcClientOptions): () => RpcClientOptions {
  let seen = server.settings;
  let options = build(seen);
  return () => {
    const { settings } = server;
    if (settings !== seen) {
      seen = settings;
      options = build(settings);
    }
    return options;
  };
}
