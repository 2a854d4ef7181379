import { createSocket, type Socket } from 'node:dgram';
import { isIP } from 'node:net';
import { invalidArgument } from '../../errors/expect.ts';
import type { DatagramNetwork, DatagramSocket } from '../../ports/datagram-socket.ts';
import { formatAddress, type HostPort, parseAddress } from '../../util/address.ts';
import { Deferred } from '../../util/deferred.ts';
import { bindError } from '../bind-error.ts';

/** Datagrams on the machine's own UDP sockets, IPv4 and IPv6. A host name is looked up for each datagram; an IP address is not. */
export function udpNetwork(): DatagramNetwork {
  return { bind: bindUdp };
}

async function bindUdp(address: string, onMessage: (bytes: Uint8Array, from: string) => void): Promise<DatagramSocket> {
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
  return new UdpSocket(socket, onMessage);
}

class UdpSocket implements DatagramSocket {
  readonly address: string;
  readonly #socket: Socket;
  readonly #targets = new Map<string, HostPort | undefined>();
  #closed: Promise<void> | undefined;

  constructor(socket: Socket, onMessage: (bytes: Uint8Array, from: string) => void) {
    this.#socket = socket;
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
    // With a callback, errors of one datagram do not become errors of the socket. The bytes are copied as the system may take them only after this returns.
    this.#socket.send(Buffer.from(bytes), target.port, target.host, ignore);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const closed = new Deferred<void>();
    this.#socket.removeAllListeners('message');
    this.#socket.close(() => closed.resolve());
    await closed.promise;
  }

  /** Parses each address once: gossip goes to the same few over and over. */
  #target(address: string): HostPort | undefined {
    if (this.#targets.has(address)) return this.#targets.get(address);
    // A peer that makes up addresses must not fill the memory.
    if (this.#targets.size >= MAX_CACHED_TARGETS) this.#targets.clear();
    const target = this.#parseTarget(address);
    this.#targets.set(address, target);
    return target;
  }

  #parseTarget(address: string): HostPort | undefined {
    const parsed = parseAddress(address);
    if (parsed === undefined || parsed.port === 0) return undefined;
    const isIpv6Socket = this.address.startsWith('[');
    // A socket for both families reaches IPv4 addresses in IPv6 clothes.
    if (isIpv6Socket && isIP(parsed.host) === 4) return { host: `::ffff:${parsed.host}`, port: parsed.port };
    return !isIpv6Socket && isIP(parsed.host) === 6 ? undefined : parsed;
  }
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
const RECEIVE_BUFFER_BYTES = 1024 * 1024;
