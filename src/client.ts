import type { Logger } from './ports/logger.ts';
import type { RpcClientOptions } from './rpc/client-options.ts';
import { RpcClient } from './rpc/rpc-client.ts';
import { systemRuntime } from './system-runtime.ts';
import { chooseTransport, type TransportChoice } from './transport-choice.ts';

/** Settings of {@link Client.connect}; every one optional. */
export interface ClientOptions extends Omit<RpcClientOptions, 'transport'> {
  /** How bytes travel. Default `auto`: QUIC, and TLS on TCP where UDP does not pass. */
  readonly transport?: TransportChoice;
  /** Where log lines of this client go. Default: standard error, from the level in `RPCNET_LOG` (default `warn`) on. */
  readonly logger?: Logger;
}

/**
 * A client of one server: over QUIC, or over TLS where that does not pass, unless told otherwise.
 *
 * @example
 * await using client = await Client.connect('127.0.0.1:61000', { ca: await readFile('certs/ca_cert.pem') });
 * const answer = await client.callRaw('Echo.bytes', Buffer.from('hello'));
 */
export class Client extends RpcClient {
  constructor(address: string, options: ClientOptions = {}) {
    super(address, { ...options, transport: chooseTransport(options.transport, options.logger), runtime: systemRuntime(options.logger) });
  }

  /**
   * Connects to `host:port` and gives a client that keeps itself connected.
   * @throws RpcError `UNAVAILABLE` when nothing answers, `UNAUTHENTICATED` when TLS refuses a side, `INVALID_ARGUMENT` for a bad address or option.
   */
  static async connect(address: string, options: ClientOptions = {}): Promise<Client> {
    const client = new Client(address, options);
    try {
      await client.connect();
    } catch (error) {
      await client.close();
      throw error;
    }
    return client;
  }
}
