import { fromUnknown } from '../errors/from-unknown.ts';
import { RpcError } from '../errors/rpc-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { NameResolver, ServiceRecord } from '../ports/name-resolver.ts';
import { type Random, randomInteger } from '../ports/random.ts';
import { shuffled } from '../swim/member-table.ts';
import { formatAddress, type HostPort } from '../util/address.ts';
import { Deferred } from '../util/deferred.ts';
import type { Seed } from './seed.ts';

/** A node that may take this one in. */
export interface SeedTarget {
  /** `host:port` */
  readonly address: string;
  /** The host that has this address, by its name if it was given by name. */
  readonly host: string;
  /** For messages: the address, and the seed that stands for it when that is a name. */
  readonly label: string;
}

/** What a seed stands for at one moment. */
export interface SeedTargets {
  readonly seed: Seed;
  /** In the order in which they are to be asked. A later tier (SRV records of a higher priority number) is for when nobody of those before it is reached. */
  readonly tiers: readonly (readonly SeedTarget[])[];
  /** Names that could not be resolved, with the reason: the seed itself, or a target of its SRV records. */
  readonly failures: readonly { readonly label: string; readonly error: RpcError }[];
}

/** What seeds are resolved with. */
export interface SeedResolverOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Default: host names stand for themselves, and there are no SRV records. */
  readonly names?: NameResolver | undefined;
}

/** Finds out what seeds stand for, anew each time; nothing is remembered between two questions. */
export class SeedResolver {
  readonly #options: SeedResolverOptions;

  constructor(options: SeedResolverOptions) {
    this.#options = options;
  }

  /** Never rejects: what could not be found out is among the failures. */
  async find(seed: Seed): Promise<SeedTargets> {
    try {
      return seed.kind === 'host' ? await this.#findHost(seed) : await this.#findService(seed);
    } catch (thrown) {
      return { seed, tiers: [], failures: [{ label: seed.text, error: fromUnknown(thrown, 'UNAVAILABLE') }] };
    }
  }

  async #findHost(seed: Extract<Seed, { kind: 'host' }>): Promise<SeedTargets> {
    return { seed, tiers: [await this.#targets(seed, seed)], failures: [] };
  }

  async #findService(seed: Extract<Seed, { kind: 'service' }>): Promise<SeedTargets> {
    const { names, random } = this.#options;
    if (names === undefined) throw new RpcError('UNAVAILABLE', `${seed.text} cannot be looked up: this network has no SRV records`);
    const records = (await this.#inTime(seed.name, names.services(seed.name))).slice(0, MAX_RECORDS);
    const failures: { label: string; error: RpcError }[] = [];
    const tiers: SeedTarget[][] = [];
    for (const priority of [...new Set(records.map((record) => record.priority))].sort((a, b) => a - b)) {
      const ordered = orderByWeight(
        records.filter((record) => record.priority === priority),
        random,
      );
      const found = await Promise.all(ordered.map((record) => this.#findRecord(seed, record, failures)));
      tiers.push(found.flat());
    }
    return { seed, tiers, failures };
  }

  async #findRecord(seed: Seed, record: ServiceRecord, failures: { label: string; error: RpcError }[]): Promise<readonly SeedTarget[]> {
    try {
      return await this.#targets(seed, record);
    } catch (thrown) {
      failures.push({ label: `${seed.text} (${formatAddress(record.host, record.port)})`, error: fromUnknown(thrown, 'UNAVAILABLE') });
      return [];
    }
  }

  /** In random order, so that nodes that start together do not all ask the same one first. */
  async #targets(seed: Seed, { host, port }: HostPort): Promise<readonly SeedTarget[]> {
    const addresses = shuffled(await this.#addresses(host), this.#options.random).slice(0, MAX_RECORDS);
    return addresses.map((ip) => {
      const address = formatAddress(ip, port);
      return { address, host, label: address === seed.text ? address : `${seed.text} (${address})` };
    });
  }

  #addresses(host: string): Promise<readonly string[]> {
    const { names } = this.#options;
    return names === undefined ? Promise.resolve([host]) : this.#inTime(host, names.addresses(host));
  }

  /** A name server that is silent must not hold up the seeds that are known by address. */
  async #inTime<T>(name: string, answer: Promise<T>): Promise<T> {
    const late = new Deferred<never>();
    const timer = this.#options.clock.schedule(LOOKUP_TIMEOUT_MS, () =>
      late.reject(
        new RpcError('UNAVAILABLE', `${name} was not looked up within ${LOOKUP_TIMEOUT_MS} ms: check the name servers of this machine`),
      ),
    );
    try {
      return await Promise.race([answer, late.promise]);
    } finally {
      timer.cancel();
    }
  }
}

/**
 * Puts SRV records of one priority in the order in which they are to be tried: at each place each of those that are left comes with a probability in
 * proportion to its weight; one of weight 0 hardly ever before the others (RFC 2782, "Weight").
 */
export function orderByWeight(records: readonly ServiceRecord[], random: Random): readonly ServiceRecord[] {
  const rest = shuffled(records, random).sort((a, b) => Number(a.weight > 0) - Number(b.weight > 0));
  const ordered: ServiceRecord[] = [];
  while (rest.length > 0) {
    const drawn = randomInteger(random, rest.reduce((sum, record) => sum + record.weight, 0) + 1);
    let sum = 0;
    const index = rest.findIndex((record) => {
      sum += record.weight;
      return sum >= drawn;
    });
    ordered.push(...rest.splice(index, 1));
  }
  return ordered;
}

/** The system's own tries take about as long. */
const LOOKUP_TIMEOUT_MS = 5_000;
/** Of one answer: whoever answers for a name must not fill the memory. */
const MAX_RECORDS = 256;
