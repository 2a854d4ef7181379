import type { MessageName, Messages } from './messages.ts';

/** A library that turns messages into bytes and back. */
export interface CodecContender {
  /** As tables name it. */
  readonly name: string;
  /** What is particular about how it is used. */
  readonly note: string;
  /** Its packages, as `bench/package.json` pins them. */
  readonly packages: readonly string[];
  /** RpcNet is held against the peers; a variant of a contender is shown and not held against anybody. */
  readonly role: 'subject' | 'variant' | 'peer';
  readonly messages: { readonly [Name in MessageName]: MessageCodec<Messages[Name]> };
}

/** How one contender carries one kind of message. */
export interface MessageCodec<T> {
  /**
   * The message as the library takes it, made before anything is measured: libraries that cannot carry a type are given another one for it, as the contender's
   * note says.
   */
  prepare(message: T): unknown;
  encode(prepared: unknown): Uint8Array;
  /** Gives the bytes of this message, for a codec whose `encode` gives several messages together; not measured. */
  encodeAlone?(prepared: unknown): Uint8Array;
  decode(bytes: Uint8Array): unknown;
  /** What was decoded as a plain object, to compare it with the prepared message; not measured. */
  toPlain(decoded: unknown): unknown;
}

/** Calls `create` for each message: most libraries treat all of them alike. */
export function forEachMessage<C>(create: (name: MessageName) => C): { readonly [Name in MessageName]: C } {
  return { small: create('small'), nested: create('nested'), nums: create('nums'), objs: create('objs'), blob: create('blob') };
}

/** For libraries that take messages as they are. */
export function identity(value: unknown): unknown {
  return value;
}
