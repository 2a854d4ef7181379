import { CloseCode } from '../call/close-code.ts';
import { RpcError } from '../errors/rpc-error.ts';
import type { Connection, Transport } from '../ports/transport.ts';

/** The transport, except that it gives no connection to a server whose certificate is refused: what is said to other nodes includes the gossip keys. */
export function guardedTransport(transport: Transport, isRefused: (fingerprint256: string) => boolean): Transport {
  return {
    name: transport.name,
    listen: (options) => transport.listen(options),
    connect: async (address, options, signal): Promise<Connection> => {
      const connection = await transport.connect(address, options, signal);
      const { certificate } = connection.peer;
      if (!certificate || !isRefused(certificate.fingerprint256)) return connection;
      connection.setHandler({ onLane: () => undefined, onClose: () => undefined });
      connection.close(CloseCode.NORMAL, 'expelled');
      throw new RpcError('PERMISSION_DENIED', `${address} shows the certificate of a node that was expelled from the cluster`);
    },
  };
}
