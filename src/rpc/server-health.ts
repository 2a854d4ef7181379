import { expectText, invalidArgument } from '../errors/expect.ts';
import { Turnstile } from './turnstile.ts';

/** Whether calls to a service make sense: `UNKNOWN` for a service that the server has never heard of. */
export type HealthStatus = 'SERVING' | 'NOT_SERVING' | 'UNKNOWN';

/**
 * The health of a server and its services, as its owner sets it. Clients see it when the server was made with `health: true`.
 *
 * The empty name is the whole server, `SERVING` from the start. A registered service has the status it was given, else that of the whole server.
 * From the moment the server begins to close everything is `NOT_SERVING`.
 *
 * @example
 * database.on('down', () => server.health.set('OrderService', 'NOT_SERVING'));
 */
export class ServerHealth {
  readonly #isRegistered: (service: string) => boolean;
  readonly #statuses = new Map<string, HealthStatus>();
  readonly #watchers = new Set<Turnstile>();
  #isClosing = false;

  /** @param isRegistered whether the server has methods of a service */
  constructor(isRegistered: (service: string) => boolean) {
    this.#isRegistered = isRegistered;
  }

  /**
   * Sets the status of a service, or of the whole server (`''`). The name need not be that of a registered service.
   * @throws RpcError `INVALID_ARGUMENT` for anything but `SERVING` and `NOT_SERVING`.
   */
  set(service: string, status: 'SERVING' | 'NOT_SERVING'): void {
    if (service !== '') expectText('service', service);
    if (status !== 'SERVING' && status !== 'NOT_SERVING') throw invalidArgument('status', '"SERVING" or "NOT_SERVING"', status);
    this.#statuses.set(service, status);
    this.#wake();
  }

  /** The status of a service, or of the whole server without a name. */
  status(service = ''): HealthStatus {
    const own = this.#statuses.get(service);
    if (own === undefined && service !== '' && !this.#isRegistered(service)) return 'UNKNOWN';
    if (this.#isClosing) return 'NOT_SERVING';
    return own ?? this.#statuses.get('') ?? 'SERVING';
  }

  /** The status now and each one after it, until the signal aborts or the server begins to close. Changes that follow each other at once may be seen as one. */
  async *watch(service: string, signal: AbortSignal): AsyncGenerator<HealthStatus, undefined, undefined> {
    const turnstile = new Turnstile();
    const onAbort = (): void => turnstile.open();
    signal.addEventListener('abort', onAbort, { once: true });
    this.#watchers.add(turnstile);
    try {
      for (let last: HealthStatus | undefined; !signal.aborted; ) {
        const status = this.status(service);
        if (status !== last) {
          yield status;
          last = status;
        } else if (this.#isClosing) {
          return undefined;
        } else {
          await turnstile.wait();
        }
      }
      return undefined;
    } finally {
      this.#watchers.delete(turnstile);
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** The server closes: nothing is served any more, and who watches is told. For the server itself. */
  close(): void {
    this.#isClosing = true;
    this.#wake();
  }

  /** A service was registered: its status may have become known. For the server itself. */
  serviceRegistered(): void {
    if (this.#watchers.size > 0) this.#wake();
  }

  #wake(): void {
    for (const turnstile of this.#watchers) turnstile.open();
  }
}
