import { resolveHost } from '../resolve-host.ts';
import { keepRecent } from '../ticket-store.ts';

/** What lookups are made with; tests put their own in. */
export interface HostLookupsOptions {
  /** The IP addresses of a name. Rejects when it has none. Default: the system's resolver. */
  readonly lookup?: (host: string) => Promise<readonly string[]>;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
}

/**
 * Looks host names up for many datagrams at once. An answer is good for {@link FRESH_MS}, and a failure for {@link FAILED_MS}; an old answer serves on while a
 * new one is looked for, and also when there is none: an outage of the DNS makes no node unreachable. Bounded in names, and in lookups at a time,
 * because the system makes them in the few threads that it also reads files in.
 */
export class HostLookups {
  readonly #lookup: (host: string) => Promise<readonly string[]>;
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry>();
  readonly #queue: (() => void)[] = [];
  #running = 0;

  constructor(options: HostLookupsOptions = {}) {
    this.#lookup = options.lookup ?? resolveHost;
    this.#now = options.now ?? (() => performance.now());
  }

  /** The addresses of a host, at once when they are known; empty when it has none. Never rejects. */
  find(host: string): readonly string[] | Promise<readonly string[]> {
    const entry = this.#entries.get(host);
    if (entry && this.#now() < entry.goodUntil) return entry.addresses;
    const current = entry ?? { addresses: [], goodUntil: Number.NEGATIVE_INFINITY, pending: undefined };
    if (current.pending === undefined) {
      if (this.#queue.length >= MAX_QUEUED) return current.addresses;
      current.pending = this.#renew(host, current);
    }
    keepRecent(this.#entries, { key: host, value: current, limit: MAX_NAMES });
    return current.addresses.length > 0 ? current.addresses : current.pending;
  }

  async #renew(host: string, entry: Entry): Promise<readonly string[]> {
    await this.#turn();
    let isFound = false;
    try {
      const addresses = await this.#lookup(host);
      isFound = addresses.length > 0;
      if (isFound) entry.addresses = addresses;
    } catch {
      // The old answer, or none, stays: what is sent there is lost like any datagram, and whoever asks for addresses sees that there are none.
    }
    entry.goodUntil = this.#now() + (isFound ? FRESH_MS : FAILED_MS);
    entry.pending = undefined;
    this.#running--;
    this.#queue.shift()?.();
    return entry.addresses;
  }

  #turn(): Promise<void> {
    this.#running++;
    if (this.#running <= MAX_RUNNING) return Promise.resolve();
    return new Promise((resolve) => this.#queue.push(resolve));
  }
}

/** What is known of a name. */
interface Entry {
  addresses: readonly string[];
  goodUntil: number;
  pending: Promise<readonly string[]> | undefined;
}

const FRESH_MS = 30_000;
/** Shorter, because a name may get its first address right after somebody asked for it. */
const FAILED_MS = 10_000;
const MAX_NAMES = 1_024;
const MAX_RUNNING = 2;
const MAX_QUEUED = 1_024;
