import type { Caller, CallOptions } from './caller.ts';
import { healthCheckMethod, healthWatchMethod } from './health-service.ts';
import type { HealthStatus } from './server-health.ts';

/**
 * Asks a server for its health. The server must have been made with `health: true`: otherwise calls fail with `UNIMPLEMENTED`.
 *
 * @example
 * const health = new HealthClient(await Client.connect('127.0.0.1:61000', { ca }));
 * console.log(await health.check('ComputeService'));
 */
export class HealthClient {
  readonly #caller: Caller;

  /** @param caller what makes the calls, for example a `Client`; it stays yours to close */
  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** The health of a service, or of the whole server without a name. */
  check(service = '', options?: CallOptions): Promise<HealthStatus> {
    return this.#caller.unary(healthCheckMethod, service, options);
  }

  /** The health now and each change. Ends after `NOT_SERVING` when the server is closing; fails with `UNAVAILABLE` when the connection is lost. */
  watch(service = '', options?: CallOptions): AsyncIterableIterator<HealthStatus> {
    return this.#caller.serverStreaming(healthWatchMethod, service, options);
  }
}
