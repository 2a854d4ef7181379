import { invalidArgument } from '../errors/expect.ts';
import { RpcError } from '../errors/rpc-error.ts';
import type { HelloMethod } from '../wire/hello.ts';
import { MAX_METHOD_NAME_BYTES } from '../wire/limits.ts';
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
   * The method's index at the server, or the method itself when the server did not announce it: it may have been registered since.
   * @throws RpcError when the two sides differ, found before anything is sent: `UNIMPLEMENTED` in kind, `FAILED_PRECONDITION` in definition.
   */
  place(method: AnyMethod, address: string): number | HelloMethod {
    return this.#indexes.get(method) ?? this.#compare(method, address);
  }

  #compare(method: AnyMethod, address: string): number | HelloMethod {
    const served = this.#byName.get(method.name);
    if (served) {
      const error = methodMismatch(method, served.method, address);
      if (error) throw error;
      this.#indexes.set(method, served.index);
      return served.index;
    }
    if (Buffer.byteLength(method.name) > MAX_METHOD_NAME_BYTES)
      throw invalidArgument('the method name', `at most ${MAX_METHOD_NAME_BYTES} bytes`, method.name);
    return method;
  }
}

/** Why a method as its caller knows it cannot be served as `where` has it; undefined when it can. */
export function methodMismatch(called: HelloMethod, served: HelloMethod, where: string): RpcError | undefined {
  if (called.kind !== served.kind) {
    return new RpcError('UNIMPLEMENTED', `${served.name} is ${served.kind} at ${where} and was called as ${called.kind}`);
  }
  if (called.fingerprint === '' || served.fingerprint === '' || called.fingerprint === served.fingerprint) return undefined;
  const versions = `${served.fingerprint} there, ${called.fingerprint} at the caller`;
  return new RpcError(
    'FAILED_PRECONDITION',
    `${served.name} has another definition at ${where} (${versions}): generate both sides from the same file`,
  );
}

/** The error for a method that a server does not have. */
export function unknownMethod(method: number | HelloMethod): RpcError {
  if (typeof method === 'number') return new RpcError('UNIMPLEMENTED', `There is no method number ${method} here`);
  return new RpcError(
    'UNIMPLEMENTED',
    `There is no method ${method.name} here: check its name, and that its service is registered on this server`,
  );
}
