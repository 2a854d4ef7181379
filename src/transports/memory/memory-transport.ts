import { expectInteger, expectText, invalidArgument } from '../../errors/expect.ts';
import { RpcError } from '../../errors/rpc-error.ts';
import type { Connection, ConnectOptions, Listener, ListenOptions, Peer, PeerCertificate, Transport } from '../../ports/transport.ts';
import { formatAddress, type HostPort, parseAddress } from '../../util/address.ts';
import { Deferred } from '../../util/deferred.ts';
import { MemoryConnection } from './memory-connection.ts';
import { canonicalAddress, type MemorySocket, type MemoryWorld } from './memory-world.ts';

/** The transport of one endpoint of a memory network. */
export function memoryTransport(world: MemoryWorld, host: string, certificate: PeerCertificate | undefined): Transport {
  return {
    name: 'memory',
    listen: async (options) => listen(world, options, certificate),
    connect: async (address, options, signal) => new MemoryDial({ world, host, certificate, address, options }).run(signal),
  };
}

function listen(world: MemoryWorld, options: ListenOptions, certificate: PeerCertificate | undefined): Listener {
  expectText('alpn', options.alpn);
  expectInteger('maxConnections', options.maxConnections ?? DEFAULT_MAX_CONNECTIONS, 1);
  const listener = new MemoryListener(world, { address: world.chooseAddress(expectAddress(options.address, 0)), options, certificate });
  world.bind(listener);
  return listener;
}

/** What a listener is made of. */
interface ListenerParts {
  readonly address: string;
  readonly options: ListenOptions;
  readonly certificate: PeerCertificate | undefined;
}

class MemoryListener implements Listener, MemorySocket {
  readonly address: string;
  readonly #world: MemoryWorld;
  readonly #parts: ListenerParts;
  readonly #connections = new Set<MemoryConnection>();

  constructor(world: MemoryWorld, parts: ListenerParts) {
    this.#world = world;
    this.#parts = parts;
    this.address = parts.address;
  }

  async close(): Promise<void> {
    this.#world.unbind(this);
    for (const connection of this.#connections) connection.close(0, 'the server closed');
  }

  vanish(): void {
    // A connection's address may differ from the listener's when that is bound to every host.
    for (const connection of this.#connections) connection.vanish();
  }

  onHealed(): void {
    // Connections hold back what is theirs; a listener has nothing.
  }

  /** A client has come. Returns its end of the connection, or why it is refused. */
  accept(caller: Caller): MemoryConnection | RpcError {
    const { options, certificate } = this.#parts;
    const { alpn, clientAuth = 'none', maxConnections = DEFAULT_MAX_CONNECTIONS } = options;
    if (caller.options.alpn !== alpn) {
      return new RpcError(
        'FAILED_PRECONDITION',
        `${caller.to} does not speak ${caller.options.alpn} (it offers ${alpn}); check the port and the version there`,
      );
    }
    if (clientAuth === 'require' && caller.certificate === undefined) {
      return new RpcError('UNAUTHENTICATED', `${caller.to} wants a client certificate; give one to transport({ certificate })`);
    }
    if (this.#connections.size >= maxConnections) {
      return new RpcError('UNAVAILABLE', `The server ${caller.to} has its ${maxConnections} connections and takes no more`, {
        notTaken: true,
      });
    }
    const idleTimeoutMs = Math.min(
      options.idleTimeoutMs ?? DEFAULT_IDLE_TIMEOUT_MS,
      caller.options.idleTimeoutMs ?? DEFAULT_IDLE_TIMEOUT_MS,
    );
    const client = new MemoryConnection(this.#world, {
      address: caller.from,
      peer: peerOf(caller.to, certificate),
      idleTimeoutMs,
      isServer: false,
    });
    const shown = clientAuth === 'none' ? undefined : caller.certificate;
    const server = new MemoryConnection(this.#world, {
      address: caller.to,
      peer: peerOf(caller.from, shown),
      idleTimeoutMs,
      isServer: true,
      onEnded: (ended) => this.#connections.delete(ended),
    });
    client.join(server);
    server.join(client);
    this.#connections.add(server);
    options.onConnection(server);
    return client;
  }
}

interface Caller {
  readonly from: string;
  readonly to: string;
  readonly options: ConnectOptions;
  readonly certificate: PeerCertificate | undefined;
}

interface DialParts {
  readonly world: MemoryWorld;
  readonly host: string;
  readonly certificate: PeerCertificate | undefined;
  readonly address: string;
  readonly options: ConnectOptions;
}

/** One call of `connect`: a way there, the listener's answer, and the way back. */
class MemoryDial {
  readonly #parts: DialParts;
  readonly #outcome = new Deferred<Connection>();
  readonly #to: HostPort;
  readonly #caller: Caller;
  #isSettled = false;

  constructor(parts: DialParts) {
    const { world, host, certificate, address, options } = parts;
    expectText('alpn', options.alpn);
    this.#parts = parts;
    this.#to = expectAddress(address, 1);
    this.#caller = { from: formatAddress(host, world.nextPort()), to: canonicalAddress(this.#to), options, certificate };
  }

  async run(signal: AbortSignal | undefined): Promise<Connection> {
    const { world, address, options } = this.#parts;
    const timeoutMs = options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS;
    const onAbort = (): void => this.#fail(new RpcError('CANCELLED', `Connecting to ${address} was aborted`, { notTaken: true }));
    const timeout = world.clock.schedule(timeoutMs, () =>
      this.#fail(new RpcError('UNAVAILABLE', `Nothing answered at ${address} within ${timeoutMs} ms`, { notTaken: true })),
    );
    signal?.addEventListener('abort', onAbort);
    if (signal?.aborted) onAbort();
    else world.later(world.drawDelayMs(), () => this.#arrive());
    try {
      return await this.#outcome.promise;
    } finally {
      timeout.cancel();
      signal?.removeEventListener('abort', onAbort);
    }
  }

  #arrive(): void {
    const { world } = this.#parts;
    const { from, to } = this.#caller;
    if (this.#isSettled || world.isCut(from, to)) return;
    const socket = world.find(this.#to);
    const answer = socket instanceof MemoryListener ? socket.accept(this.#caller) : this.#absence();
    if (answer === undefined) return;
    world.later(world.drawDelayMs(), () => {
      if (!world.isCut(from, to)) this.#onAnswer(answer);
    });
  }

  /** Nobody listens: refused at once, unless it crashed, as then nobody is there to refuse. */
  #absence(): RpcError | undefined {
    if (this.#parts.world.hasCrashed(this.#to)) return undefined;
    return new RpcError('UNAVAILABLE', `Nothing listens at ${this.#caller.to} in the memory network`, { notTaken: true });
  }

  #onAnswer(answer: MemoryConnection | RpcError): void {
    if (answer instanceof MemoryConnection) {
      if (this.#isSettled) return answer.close(0, 'the client gave up connecting');
      this.#isSettled = true;
      this.#outcome.resolve(answer);
    } else this.#fail(answer);
  }

  #fail(error: RpcError): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#outcome.reject(error);
  }
}

function peerOf(address: string, certificate: PeerCertificate | undefined): Peer {
  return certificate === undefined ? { address } : { address, certificate };
}

function expectAddress(address: string, minPort: 0 | 1): HostPort {
  const parsed = parseAddress(address);
  if (parsed === undefined || parsed.port < minPort)
    throw invalidArgument('address', `host:port with a port from ${minPort} to 65535`, address);
  return parsed;
}

const DEFAULT_CONNECT_TIMEOUT_MS = 5000;
const DEFAULT_IDLE_TIMEOUT_MS = 30_000;
const DEFAULT_MAX_CONNECTIONS = 10_000;
