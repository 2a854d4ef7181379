import type { AnyMethod } from '../wire/method.ts';
import type { CallContext } from './call-context.ts';

/** A method together with the function that serves it, ready to be registered on a server. */
export type MethodRegistration = MethodAndHandler & {
  /** Taken also when the server has reached `maxServerCalls`: for short calls that say whether it lives. Default false. */
  readonly isAlwaysTaken?: boolean;
};

type MethodAndHandler =
  | { readonly kind: 'unary'; readonly method: AnyMethod; readonly handle: (request: never, context: CallContext) => unknown }
  | {
      readonly kind: 'serverStreaming';
      readonly method: AnyMethod;
      readonly handle: (request: never, context: CallContext) => AsyncIterable<unknown>;
    }
  | {
      readonly kind: 'clientStreaming';
      readonly method: AnyMethod;
      readonly handle: (requests: AsyncIterableIterator<never>, context: CallContext) => unknown;
    }
  | {
      readonly kind: 'bidirectional';
      readonly method: AnyMethod;
      readonly handle: (requests: AsyncIterableIterator<never>, context: CallContext) => AsyncIterable<unknown>;
    };

/** What serves a raw unary method. */
export type RawHandler = (request: Uint8Array, context: CallContext) => Uint8Array | Promise<Uint8Array>;

/** A service ready to be registered: what a generated `xService(handler)` returns. */
export interface ServiceRegistration {
  /** As in the definition, for example `ComputeService`. */
  readonly name: string;
  readonly methods: readonly MethodRegistration[];
}
