import type { Caller, CallOptions } from './caller.ts';
import { reflectionMethod, type ServiceDescription } from './reflection-service.ts';

/**
 * Asks a server what there is to call. The server must have been made with `reflection: true`: otherwise calls fail with `UNIMPLEMENTED`.
 *
 * @example
 * for (const { name, methods } of await new ReflectionClient(client).services()) console.log(name, methods.map((method) => method.name));
 */
export class ReflectionClient {
  readonly #caller: Caller;

  /** @param caller what makes the calls, for example a `Client`; it stays yours to close */
  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** The services of the server in the order of their registration, without what the library itself serves. */
  services(options?: CallOptions): Promise<readonly ServiceDescription[]> {
    return this.#caller.unary(reflectionMethod, undefined, options);
  }
}
