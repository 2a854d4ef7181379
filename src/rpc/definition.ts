/**
 * Marks an interface of a definition file (`*.rpc.ts`) as a service: `export interface ComputeService extends Service<ComputeError> { … }`.
 *
 * `E` is the service's own error type: an object type or a union of object types that a shared literal field tells apart. It is a type only;
 * `rpcnet-gen` reads the file and never executes it.
 */
export interface Service<E = never> {
  /** Never there; it carries the error type for editors. */
  readonly [SERVICE_ERROR]?: E;
}

/** A stream of items in a service's method: as the return type it comes from the server, as the only parameter from the client. */
export type Stream<T> = AsyncIterable<T>;

declare const SERVICE_ERROR: unique symbol;
