import type { Seed } from './seed.ts';
import type { SeedTarget, SeedTargets } from './seed-targets.ts';

/** Remembers what seeds stood for when they were resolved last, and who answered there: tells which of their nodes are there already. */
export class SeedPresence {
  readonly #stoodFor = new Map<Seed, readonly string[]>();
  /** Under which address the node goes that answered at an address last. */
  readonly #answeredBy = new Map<string, string>();

  /** A seed was resolved. While its name stands for nobody, what it stood for before is remembered. */
  noteResolved({ seed, tiers }: SeedTargets): void {
    if (tiers.some((tier) => tier.length > 0))
      this.#stoodFor.set(
        seed,
        tiers.flat().map(({ address }) => address),
      );
  }

  /** The node at `address`, asked there, says that it goes by `nodeAddress`. */
  noteAnswer(address: string, nodeAddress: string): void {
    this.#answeredBy.set(address, nodeAddress);
  }

  /** Forgets who answered at addresses that no seed stands for any more. */
  forgetOthers(): void {
    const known = new Set([...this.#stoodFor.values()].flat());
    for (const address of this.#answeredBy.keys()) if (!known.has(address)) this.#answeredBy.delete(address);
  }

  /**
   * Whether the node that goes by this address was one of the few that the seed stood for. Of a name for many others are there still, whom a node that comes
   * back finds by the same name; and looking that name up whenever one of the many goes would be a burden on the name servers.
   */
  stoodFor(seed: Seed, nodeAddress: string): boolean {
    const addresses = this.#stoodFor.get(seed) ?? [seed.text];
    return addresses.length <= FEW && addresses.some((address) => address === nodeAddress || this.#answeredBy.get(address) === nodeAddress);
  }

  /** The targets whose nodes are not among those `present`. */
  absent(targets: readonly SeedTarget[], present: ReadonlySet<string>): readonly SeedTarget[] {
    const isPresent = ({ address }: SeedTarget): boolean => this.#isPresent(address, present);
    const complete = new Set(targets.map(({ host }) => host).filter((host) => hasCompleteFamily(targets, host, isPresent)));
    return targets.filter((target) => !complete.has(target.host) && !isPresent(target));
  }

  /** True when one of the targets is reached: those of a later tier need not be asked. */
  isReached(targets: readonly SeedTarget[], present: ReadonlySet<string>): boolean {
    return targets.some(({ address }) => this.#isPresent(address, present));
  }

  /** Whether all are there that the seed stands for, as far as they are to be asked. */
  isComplete({ tiers }: SeedTargets, present: ReadonlySet<string>): boolean {
    const first = tiers.find((tier) => tier.length > 0);
    return first !== undefined && this.absent(first, present).length === 0;
  }

  /** Behind NAT a node goes by another address than the one at which it is reached. */
  #isPresent(address: string, present: ReadonlySet<string>): boolean {
    const answeredBy = this.#answeredBy.get(address);
    return present.has(address) || (answeredBy !== undefined && present.has(answeredBy));
  }
}

/** A node listens on one family of addresses, while its name may stand for both. */
function hasCompleteFamily(targets: readonly SeedTarget[], host: string, isPresent: (target: SeedTarget) => boolean): boolean {
  const own = targets.filter((target) => target.host === host);
  const families = [own.filter(isIpv6), own.filter((target) => !isIpv6(target))];
  return families.some((family) => family.length > 0 && family.every(isPresent));
}

function isIpv6({ address }: SeedTarget): boolean {
  return address.startsWith('[');
}

const FEW = 8;
