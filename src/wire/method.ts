import type { Codec } from './codec.ts';

/** The four shapes of a call. */
export type MethodKind = 'unary' | 'serverStreaming' | 'clientStreaming' | 'bidirectional';

/** What both sides must agree on for one method. Generated for typed services, made by {@link rawMethod} for bytes. */
export interface MethodDescriptor<TRequest, TResponse> {
  /** `Service.method`, unique on a server; at most 256 bytes. */
  readonly name: string;
  readonly kind: MethodKind;
  readonly request: Codec<TRequest>;
  readonly response: Codec<TResponse>;
  /** How the service's own error type travels in `RpcError.details`. Without it, details are raw bytes. */
  readonly error?: Codec<unknown>;
  /** 16 hex digits over everything that shapes the bytes; empty for raw methods. */
  readonly fingerprint: string;
  /** What two sides with different fingerprints compare. Without it on both of them, they refuse to talk. */
  readonly schema?: MethodLayout;
  /** Safe to run twice: may be retried on another worker. Default false. */
  readonly idempotent?: boolean;
  /**
   * Changes nothing: served also by a server that takes only such calls for now, for example in the minority of a partition. Implies `idempotent`, which is
   * set too. Default false.
   */
  readonly safe?: boolean;
  /** Default deadline of a call, in milliseconds; 0 is none. Without it: 30,000 for unary, none for streams. */
  readonly timeoutMs?: number;
  /** The types in words, for people and tools that look into a server. */
  readonly types?: MethodTypes;
}

/** How the messages of a method are laid out, as text: see `docs/protocol.md`. */
export interface MethodLayout {
  /** The parameters as one object, or an item of the client's stream. */
  readonly request: string;
  /** The answer, or an item of the server's stream; absent for an answer without a value. */
  readonly response?: string;
  /** The service's own error, if it has one. */
  readonly error?: string;
  /** The objects and unions that the texts name by number; one list for all methods of a service. */
  readonly shapes: readonly string[];
}

/** The types of a method as TypeScript text. They describe; what two sides must agree on is in the fingerprint. */
export interface MethodTypes {
  /** The parameters as one object, or an item of the client's stream. */
  readonly request: string;
  /** The answer, or an item of the server's stream. */
  readonly response: string;
  /** The service's own error, if it has one. */
  readonly error?: string;
  /** What the names in these texts stand for; one object for all methods of a service. */
  readonly named?: Readonly<Record<string, string>>;
}

/** Any method, whatever its types. */
// biome-ignore lint/suspicious/noExplicitAny: a descriptor is both producer and consumer of its types, so no other type stands for "any method"
export type AnyMethod = MethodDescriptor<any, any>;
