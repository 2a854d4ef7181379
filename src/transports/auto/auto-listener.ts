import { RpcError } from '../../errors/rpc-error.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Listener, ListenerIdentity, ListenOptions, Transport } from '../../ports/transport.ts';
import { expectAddress } from '../checked-options.ts';
import { isEngineMissing } from '../quic/quic-error.ts';

/** What a listener on both protocols works with. */
export interface AutoListenParts {
  readonly quic: Transport;
  readonly tls: Transport;
  readonly logger: Logger | undefined;
}

/**
 * Listens with TLS on a TCP port and with QUIC on the UDP port of the same number. With port 0 the system chooses one that is free on both.
 *
 * @throws RpcError as both transports: `ALREADY_EXISTS` says which port is in use.
 */
export async function listenAuto(parts: AutoListenParts, options: ListenOptions): Promise<Listener> {
  const { port } = expectAddress(options.address, 0);
  for (let attempt = 1; ; attempt += 1) {
    // TCP first: starting QUIC costs a thread, and a port of it that is taken is known only afterwards.
    const tls = await parts.tls.listen(options);
    try {
      return new AutoListener(tls, await listenQuic(parts, { ...options, address: tls.address }));
    } catch (error) {
      await tls.close();
      const isTaken = error instanceof RpcError && error.code === 'ALREADY_EXISTS';
      if (!isTaken || port !== 0 || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

/** Undefined where the engine has no binary for this machine. */
async function listenQuic({ quic, logger }: AutoListenParts, options: ListenOptions): Promise<Listener | undefined> {
  try {
    return await quic.listen(options);
  } catch (error) {
    if (!(error instanceof RpcError && isEngineMissing(error))) throw error;
    logger?.warn('QUIC cannot be used on this machine, listening on TLS alone', { address: options.address, reason: error.message });
    return undefined;
  }
}

class AutoListener implements Listener {
  readonly address: string;
  readonly #listeners: readonly Listener[];

  constructor(tls: Listener, quic: Listener | undefined) {
    this.address = tls.address;
    this.#listeners = quic === undefined ? [tls] : [tls, quic];
  }

  async updateIdentity(identity: ListenerIdentity, beforeRestart: (protocol: string) => Promise<void>): Promise<void> {
    // TLS first: it checks the identity, and takes new connections while QUIC starts again.
    for (const listener of this.#listeners) await listener.updateIdentity?.(identity, beforeRestart);
  }

  async close(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.close()));
  }
}

/** So many ports that are free on TCP and taken on UDP in a row are no chance any more. */
const MAX_ATTEMPTS = 32;
