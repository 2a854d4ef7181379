import { createSocket, type Socket } from 'node:dgram';
import { isIP } from 'node:net';
import { invalidArgument } from '../../errors/expect.ts';
import type { DatagramNetwork, DatagramSocket } from '../../ports/datagram-socket.ts';
import { formatAddress, type HostPort, parseAddress } from '../../util/address.ts';
import { Deferred } from '../../util/deferred.ts';
import { bindError } from '../bind-error.ts';
import { systemNames } from '../system-names.ts';
import { HostLookups, type HostLookupsOptions } from './host-lookups.ts';

/** Datagrams on the machine's own UDP sockets, IPv4 and IPv6. Host names are looked up now and then, not for each datagram. */
export function udpNetwork(options: HostLookupsOptions = {}): DatagramNetwork {
  const lookups = new HostLookups(options);
  return {
    bind: (address, onMessage) => bindUdp(address, onMessage, lookups),
    names: systemNames(),
  };
}

async function bindUdp(
  address: string,
  onMessage: (bytes: Uint8Array, from: string) => void,
  lookups: HostLookups,
): Promise<DatagramSocket> {
  const parsed = parseAddress(address);
  if (parsed === undefined) throw invalidArgument('address', 'host:port with a port from 0 to 65535 ([host]:port for IPv6)', address);
  const bound = new Deferred<void>();
  const socket = createSocket(parsed.host.includes(':') ? 'udp6' : 'udp4');
  socket.once('error', (error) => {
    socket.close();
    bound.reject(bindError(error, { address, protocol: 'UDP' }));
  });
  socket.bind({ address: parsed.host, port: parsed.port, exclusive: true }, () => bound.resolve());
  await bound.promise;
  return new UdpSocket(socket, onMessage, lookups);
}

class UdpSocket implements DatagramSocket {
  readonly address: string;
  readonly #socket: Socket;
  readonly #lookups: HostLookups;
  readonly #targets = new Map<string, Target | undefined>();
  /** Datagrams that wait for the address of a name. */
  #waiting = 0;
  #closed: Promise<void> | undefined;

  constructor(socket: Socket, onMessage: (bytes: Uint8Array, from: string) => void, lookups: HostLookups) {
    this.#socket = socket;
    this.#lookups = lookups;
    const { address, port } = socket.address();
    this.address = formatAddress(address, port);
    socket.removeAllListeners('error');
    // Datagrams may be lost at any time; one that the system refuses is one of them.
    socket.on('error', ignore);
    socket.on('message', (bytes, from) => onMessage(bytes, formatAddress(plainIp(from.address), from.port)));
    raiseReceiveBuffer(socket);
  }

  send(bytes: Uint8Array, address: string): void {
    const target = this.#target(address);
    if (target === undefined || this.#closed !== undefined) return;
    // The bytes are copied as the system may take them only after this returns.
    if (target.isName) this.#sendToName(Buffer.from(bytes), target);
    else this.#transmit(Buffer.from(bytes), target);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  #sendToName(copy: Buffer, { host, port }: Target): void {
    const found = this.#lookups.find(host);
    const transmit = (addresses: readonly string[]): void => {
      const ip = this.#choose(addresses);
      if (ip !== undefined && this.#closed === undefined) this.#transmit(copy, { host: ip, port });
    };
    if (!(found instanceof Promise)) return transmit(found);
    if (this.#waiting >= MAX_WAITING) return;
    this.#waiting++;
    void found.then((addresses) => {
      this.#waiting--;
      transmit(addresses);
    });
  }

  /** With a callback, errors of one datagram do not become errors of the socket. */
  #transmit(bytes: Buffer, { host, port }: HostPort): void {
    this.#socket.send(bytes, port, host, ignore);
  }

  async #close(): Promise<void> {
    const closed = new Deferred<void>();
    this.#socket.removeAllListeners('message');
    this.#socket.close(() => closed.resolve());
    await closed.promise;
  }

  /** Parses each address once: gossip goes to the same few over and over. */
  #target(address: string): Target | undefined {
    if (this.#targets.has(address)) return this.#targets.get(address);
    // A peer that makes up addresses must not fill the memory.
    if (this.#targets.size >= MAX_CACHED_TARGETS) this.#targets.clear();
    const target = this.#parseTarget(address);
    this.#targets.set(address, target);
    return target;
  }

  #parseTarget(address: string): Target | undefined {
    const parsed = parseAddress(address);
    if (parsed === undefined || parsed.port === 0) return undefined;
    if (isIP(parsed.host) === 0) return { ...parsed, isName: true };
    const host = this.#choose([parsed.host]);
    return host === undefined ? undefined : { host, port: parsed.port, isName: false };
  }

  /** The first address that this socket reaches. One for both families reaches IPv4 addresses in IPv6 clothes. */
  #choose(addresses: readonly string[]): string | undefined {
    const ipv4 = addresses.find((address) => isIP(address) === 4);
    if (!this.address.startsWith('[')) return ipv4;
    return addresses.find((address) => isIP(address) === 6) ?? (ipv4 && `::ffff:${ipv4}`);
  }
}

/** Where a datagram goes, by IP address or by name. */
interface Target extends HostPort {
  readonly isName: boolean;
}

/** A burst of gossip should wait in the system's buffer while this process is busy, instead of being lost. */
function raiseReceiveBuffer(socket: Socket): void {
  try {
    if (socket.getRecvBufferSize() < RECEIVE_BUFFER_BYTES) socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
  } catch {
    // The system may forbid it; the default buffer works too, it only loses more under load.
  }
}

function plainIp(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/, '');
}

function ignore(): void {
  // See where it is used.
}

const MAX_CACHED_TARGETS = 4096;
/** While a name is looked up for the first time; what is above it is lost, as datagrams may be. */
const MAX_WAITING = 64;
const RECEIVE_BUFFER_BYTES = 1024 * 1024;
