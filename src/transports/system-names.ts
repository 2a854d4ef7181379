import { lookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { RpcError } from '../errors/rpc-error.ts';
import type { NameResolver, ServiceRecord } from '../ports/name-resolver.ts';
import { Deferred } from '../util/deferred.ts';

/** What the machine's own look-ups are made with; tests put their own in. */
export interface SystemNamesOptions {
  /** Default: `dns.lookup`, which reads the hosts file too and adds search domains. */
  readonly lookup?: (host: string) => Promise<readonly string[]>;
  /** Default: a query to the name servers, of at most 2 s and one repetition; search domains are not added. */
  readonly resolveSrv?: (name: string) => Promise<readonly (Omit<ServiceRecord, 'host'> & { readonly name: string })[]>;
}

/**
 * The names that this machine knows, looked up anew at each question: no answer is kept. Who asks for a name that is being looked up gets that answer too, and
 * few look-ups of addresses run at a time, because the system makes them in the few threads that it also reads files in.
 */
export function systemNames(options: SystemNamesOptions = {}): NameResolver {
  return new SystemNames(options);
}

class SystemNames implements NameResolver {
  readonly #options: SystemNamesOptions;
  readonly #underWay = new Map<string, Promise<readonly string[]>>();
  readonly #queue: Deferred<void>[] = [];
  #running = 0;

  constructor(options: SystemNamesOptions) {
    this.#options = options;
  }

  addresses(host: string): Promise<readonly string[]> {
    if (isIP(host) !== 0) return Promise.resolve([host]);
    let answer = this.#underWay.get(host);
    if (answer === undefined) {
      answer = this.#find(host).finally(() => this.#underWay.delete(host));
      this.#underWay.set(host, answer);
    }
    return answer;
  }

  async services(name: string): Promise<readonly ServiceRecord[]> {
    const { resolveSrv = querySrv } = this.#options;
    try {
      const found = await resolveSrv(name);
      // A single target "." says that there is no such service (RFC 2782).
      const records = found.filter((record) => record.name !== '' && record.name !== '.');
      if (records.length === 0) throw noRecord(name, 'SRV', undefined);
      return records.map(({ name: host, port, priority, weight }) => ({ host, port, priority, weight }));
    } catch (cause) {
      throw nameError(name, 'SRV', cause);
    }
  }

  async #find(host: string): Promise<readonly string[]> {
    const { lookup: find = lookupAll } = this.#options;
    await this.#turn();
    try {
      const found = await find(host);
      if (found.length === 0) throw noRecord(host, 'address', undefined);
      return [...new Set(found)];
    } catch (cause) {
      throw nameError(host, 'address', cause);
    } finally {
      this.#running--;
      this.#queue.shift()?.resolve();
    }
  }

  #turn(): Promise<void> {
    this.#running++;
    if (this.#running <= MAX_RUNNING) return Promise.resolve();
    const turn = new Deferred<void>();
    this.#queue.push(turn);
    return turn.promise;
  }
}

async function lookupAll(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true, verbatim: true });
  return found.map(({ address }) => address);
}

function querySrv(name: string): ReturnType<Resolver['resolveSrv']> {
  return new Resolver({ timeout: 2_000, tries: 2 }).resolveSrv(name);
}

function nameError(name: string, record: keyof typeof CHECKS, cause: unknown): RpcError {
  if (cause instanceof RpcError) return cause;
  const code = codeOf(cause);
  if (code !== undefined && NO_RECORD.has(code)) return noRecord(name, record, cause);
  const reason = code ?? (cause instanceof Error ? cause.message : String(cause));
  return new RpcError('UNAVAILABLE', `${name} could not be looked up (${reason}): check the name servers of this machine`, {
    notTaken: true,
    cause,
  });
}

function noRecord(name: string, record: keyof typeof CHECKS, cause: unknown): RpcError {
  const code = codeOf(cause);
  const reason = code === undefined ? '' : ` (${code})`;
  return new RpcError('UNAVAILABLE', `${name} has no ${record}${record === 'SRV' ? ' record' : ''}${reason}: ${CHECKS[record]}`, {
    notTaken: true,
    ...(cause === undefined ? {} : { cause }),
  });
}

function codeOf(cause: unknown): string | undefined {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
}

const CHECKS = {
  address: 'check its spelling, and that its nodes are in the DNS',
  SRV: 'check its spelling (it must be complete, no search domain is added), and that the service has a port of that name',
} as const;
/** The name does not exist, or has no record of this kind; anything else may be over in a moment. */
const NO_RECORD: ReadonlySet<string> = new Set(['ENOTFOUND', 'ENODATA', 'EAI_NONAME', 'EAI_NODATA']);
const MAX_RUNNING = 2;
