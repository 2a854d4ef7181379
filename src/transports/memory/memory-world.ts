import { RpcError } from '../../errors/rpc-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Random } from '../../ports/random.ts';
import { formatAddress, type HostPort } from '../../util/address.ts';
import type { MemoryConditions } from './memory-conditions.ts';

/** Something with an address in the network: a listener, a datagram socket, an end of a connection. */
export interface MemorySocket {
  /** `host:port` */
  readonly address: string;
  /** The process behind it is gone: nothing is sent, received or reported any more. */
  vanish(): void;
  /** Cuts were removed: what was held back may go. */
  onHealed(): void;
}

/** What the sockets of a memory network share: who has which address, which ways are cut, and how long things take. */
export class MemoryWorld {
  readonly clock: Clock;
  readonly #random: Random;
  #conditions: Required<MemoryConditions> = { latencyMs: 0, jitterMs: 0, datagramLoss: 0, datagramDuplication: 0 };
  readonly #bound = new Map<string, MemorySocket>();
  /** Ends of connections have addresses of their own, which nobody can connect to. */
  readonly #ends = new Set<MemorySocket>();
  readonly #crashed = new Set<string>();
  #cuts: { readonly left: ReadonlySet<string>; readonly right: ReadonlySet<string> }[] = [];
  #nextPort = FIRST_FREE_PORT;

  constructor(clock: Clock, random: Random) {
    this.clock = clock;
    this.#random = random;
  }

  setConditions(conditions: MemoryConditions): void {
    this.#conditions = { ...this.#conditions, ...conditions };
  }

  /** Runs `task` in the next turn, or after the delay. */
  later(delayMs: number, task: () => void): void {
    if (delayMs <= 0) this.clock.afterInput(task);
    else this.clock.schedule(delayMs, task);
  }

  /** How long the next delivery takes. */
  drawDelayMs(): number {
    const { latencyMs, jitterMs } = this.#conditions;
    return jitterMs === 0 ? latencyMs : latencyMs + jitterMs * this.#random.next();
  }

  /** How many copies of the next datagram arrive. */
  drawCopies(): 0 | 1 | 2 {
    const { datagramLoss, datagramDuplication } = this.#conditions;
    if (datagramLoss > 0 && this.#random.next() < datagramLoss) return 0;
    return datagramDuplication > 0 && this.#random.next() < datagramDuplication ? 2 : 1;
  }

  /** The address for binding, with a free port in place of 0. @throws RpcError `ALREADY_EXISTS` */
  chooseAddress({ host, port }: HostPort): string {
    if (port !== 0) {
      const address = canonicalAddress({ host, port });
      if (!this.#bound.has(address)) return address;
      throw new RpcError('ALREADY_EXISTS', `Port of ${address} is in use in the memory network; choose another port, or 0 for a free one`);
    }
    for (let tries = 0; tries < FREE_PORTS; tries++) {
      const address = canonicalAddress({ host, port: this.nextPort() });
      if (!this.#bound.has(address)) return address;
    }
    throw new RpcError('RESOURCE_EXHAUSTED', `No free port on ${host} in the memory network`);
  }

  /** A port for the near end of an outgoing connection. */
  nextPort(): number {
    const port = this.#nextPort;
    this.#nextPort = port + 1 === FIRST_FREE_PORT + FREE_PORTS ? FIRST_FREE_PORT : port + 1;
    return port;
  }

  bind(socket: MemorySocket): void {
    this.#bound.set(socket.address, socket);
    this.#crashed.delete(socket.address);
  }

  unbind(socket: MemorySocket): void {
    if (this.#bound.get(socket.address) === socket) this.#bound.delete(socket.address);
  }

  addEnd(end: MemorySocket): void {
    this.#ends.add(end);
  }

  removeEnd(end: MemorySocket): void {
    this.#ends.delete(end);
  }

  /** What is bound to an address; a socket on `0.0.0.0` or `[::]` has the port on every host. */
  find({ host, port }: HostPort): MemorySocket | undefined {
    return this.#bound.get(canonicalAddress({ host, port })) ?? this.#bound.get(`0.0.0.0:${port}`) ?? this.#bound.get(`[::]:${port}`);
  }

  hasCrashed({ host, port }: HostPort): boolean {
    return this.#crashed.has(canonicalAddress({ host, port })) || this.#crashed.has(toIp(host));
  }

  isCut(from: string, to: string): boolean {
    return this.#cuts.some(({ left, right }) => (isNamed(left, from) && isNamed(right, to)) || (isNamed(left, to) && isNamed(right, from)));
  }

  partition(left: readonly string[], right: readonly string[]): void {
    this.#cuts.push({ left: new Set(left.map(toIp)), right: new Set(right.map(toIp)) });
  }

  heal(): void {
    this.#cuts = [];
    for (const socket of [...this.#bound.values(), ...this.#ends]) socket.onHealed();
  }

  crash(endpoint: string): void {
    const named = new Set([toIp(endpoint)]);
    for (const socket of [...this.#bound.values(), ...this.#ends]) {
      if (!isNamed(named, socket.address)) continue;
      this.unbind(socket);
      this.removeEnd(socket);
      this.#crashed.add(socket.address);
      socket.vanish();
    }
  }
}

/** `host:port` as the network knows it: `localhost` is `127.0.0.1`. */
export function canonicalAddress({ host, port }: HostPort): string {
  return formatAddress(toIp(host), port);
}

/** Whether an address is among the names, which are hosts or `host:port`. */
function isNamed(names: ReadonlySet<string>, address: string): boolean {
  return names.has(address) || names.has(hostOf(address));
}

function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(':')).replace(/^\[|\]$/g, '');
}

function toIp(host: string): string {
  return host.replace(/^localhost(?=:|$)/, '127.0.0.1');
}

const FIRST_FREE_PORT = 49_152;
const FREE_PORTS = 16_384;
