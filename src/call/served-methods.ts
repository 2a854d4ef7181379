import { invalidArgument } from '../errors/expect.ts';
import { RpcError } from '../errors/rpc-error.ts';
import type { HelloMethod } from '../wire/hello.ts';
import { MAX_METHOD_NAME_BYTES } from '../wire/limits.ts';
import type { AnyMethod } from '../wire/method.ts';
import type { ServedLayout } from '../wire/method-layout.ts';
import { definitionsDiffer, judgeLayouts } from './judge-layouts.ts';

/**
 * The methods of the server at the other end, as its HELLO announced them.
 *
 * A method whose fingerprint differs from the caller's, or that was registered after HELLO, must be compared before it is called: the caller asks the
 * server for its layout and gives the answer to {@link learnLayout}. Equal fingerprints need nothing of it.
 */
export class ServedMethods {
  readonly #byName = new Map<string, { readonly index: number; readonly method: HelloMethod }>();
  /** How each descriptor that was compared already is named in a REQUEST, or why it cannot be called. */
  readonly #places = new WeakMap<AnyMethod, number | HelloMethod | RpcError>();
  /** Whose place was asked for last: most calls are to the method of the call before. */
  #lastMethod: AnyMethod | undefined;
  #lastPlace: number | HelloMethod = 0;

  learn(methods: readonly HelloMethod[]): void {
    for (const [index, method] of methods.entries()) this.#byName.set(method.name, { index, method });
  }

  /**
   * The method's index at the server, or what it is named by when the server did not announce it.
   * @throws RpcError when the two sides differ, found before anything is sent: `UNIMPLEMENTED` in kind, `FAILED_PRECONDITION` in definition;
   * `UNAVAILABLE` (not taken) when they must be compared first.
   */
  place(method: AnyMethod, address: string): number | HelloMethod {
    if (method !== this.#lastMethod) {
      this.#lastPlace = this.#placeOf(method, address);
      this.#lastMethod = method;
    }
    return this.#lastPlace;
  }

  /** Whether {@link place} has no answer before the server has told the method's layout. */
  mustCompare(method: AnyMethod): boolean {
    if (method.schema === undefined || this.#places.has(method)) return false;
    const served = this.#byName.get(method.name)?.method;
    return served === undefined || (served.kind === method.kind && isOther(served, method));
  }

  /** Takes what the server told of the method; undefined when it has no such method, or cannot tell. */
  learnLayout(method: AnyMethod, served: ServedLayout | undefined, address: string): void {
    const announced = this.#byName.get(method.name);
    this.#lastMethod = undefined;
    if (served === undefined) {
      // One that HELLO did not announce is called by its name: the server itself says whether it has it by then.
      this.#places.set(
        method,
        announced === undefined ? method : definitionsDiffer(method.name, address, 'the server cannot tell its layout'),
      );
      return;
    }
    const isComparable = served.method.kind === method.kind && isOther(served.method, method);
    const error = isComparable ? judgeLayouts(method, served, address) : methodMismatch(method, served.method, address);
    // A server that did not announce the method compares fingerprints itself: it is named by the one that was found to fit.
    this.#places.set(method, error ?? announced?.index ?? { name: method.name, kind: method.kind, fingerprint: served.method.fingerprint });
  }

  #placeOf(method: AnyMethod, address: string): number | HelloMethod {
    const place = this.#places.get(method);
    if (typeof place === 'number') return place;
    if (place === undefined) return this.#compare(method, address);
    if (place instanceof RpcError) throw place;
    return place;
  }

  #compare(method: AnyMethod, address: string): number | HelloMethod {
    if (this.mustCompare(method)) {
      throw new RpcError('UNAVAILABLE', `${method.name} must be compared with its definition at ${address} first`, { notTaken: true });
    }
    const served = this.#byName.get(method.name);
    if (served) {
      const error = methodMismatch(method, served.method, address);
      if (error) throw error;
      this.#places.set(method, served.index);
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
  if (!isOther(called, served)) return undefined;
  return definitionsDiffer(served.name, where, `${served.fingerprint} there, ${called.fingerprint} at the caller`);
}

/** The error for a method that a server does not have. */
export function unknownMethod(method: number | HelloMethod): RpcError {
  if (typeof method === 'number') return new RpcError('UNIMPLEMENTED', `There is no method number ${method} here`);
  return new RpcError(
    'UNIMPLEMENTED',
    `There is no method ${method.name} here: check its name, and that its service is registered on this server`,
  );
}

function isOther(one: HelloMethod, other: HelloMethod): boolean {
  return one.fingerprint !== '' && other.fingerprint !== '' && one.fingerprint !== other.fingerprint;
}
