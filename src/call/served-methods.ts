import { RpcError } from '../errors/rpc-error.ts';
import type { HelloMethod } from '../wire/hello.ts';
import type { AnyMethod } from '../wire/method.ts';

/** The methods of the server at the other end, as its HELLO announced them. */
export class ServedMethods {
  readonly #byName = new Map<string, { readonly index: number; readonly method: HelloMethod }>();
  /** The place of each descriptor that was compared already. */
  readonly #indexes = new WeakMap<AnyMethod, number>();

  learn(methods: readonly HelloMethod[]): void {
    for (const [index, method] of methods.entries()) this.#byName.set(method.name, { index, method });
  }

  /**
   * The method's index at the server, or its name when the server did not announce it (it may have been registered since).
   * @throws RpcError when the two sides differ, found before anything is sent: `UNIMPLEMENTED` in kind, `FAILED_PRECONDITION` in definition.
   */
  place(method: AnyMethod, address: string): number | string {
    return this.#indexes.get(method) ?? this.#compare(method, address);
  }

  #compare(method: AnyMethod, address: string): number | string {
    const served = this.#byName.get(method.name);
    if (!served) return method.name;
    const { kind, fingerprint } = served.method;
    if (kind !== method.kind)
      throw new RpcError('UNIMPLEMENTED', `${method.name} is ${kind} at ${address} and was called as ${method.kind}`);
    if (method.fingerprint !== '' && fingerprint !== '' && method.fingerprint !== fingerprint) {
      throw new RpcError(
        'FAILED_PRECONDITION',
        `${method.name} has another definition at ${address} (${fingerprint}) than here (${method.fingerprint}): generate both sides from the same file`,
      );
    }
    this.#indexes.set(method, served.index);
    return served.index;
  }
}
