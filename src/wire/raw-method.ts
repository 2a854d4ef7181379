import { bytesCodec } from './codec.ts';
import type { MethodDescriptor, MethodKind } from './method.ts';

/** What a raw method's callers and servers should know of it; see {@link MethodDescriptor}. */
export interface RawMethodOptions {
  readonly idempotent?: boolean;
  /** Implies `idempotent`. */
  readonly safe?: boolean;
  readonly timeoutMs?: number;
}

/** The descriptor of a method that takes and gives bytes. */
export function rawMethod(
  name: string,
  kind: MethodKind = 'unary',
  options: RawMethodOptions = {},
): MethodDescriptor<Uint8Array, Uint8Array> {
  const implied = options.safe === true ? { idempotent: true } : {};
  return { name, kind, request: bytesCodec, response: bytesCodec, fingerprint: '', ...options, ...implied };
}
