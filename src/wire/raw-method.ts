import { bytesCodec } from './codec.ts';
import type { MethodDescriptor, MethodKind } from './method.ts';

/** The descriptor of a method that takes and gives bytes. */
export function rawMethod(
  name: string,
  kind: MethodKind = 'unary',
  options: { readonly idempotent?: boolean; readonly timeoutMs?: number } = {},
): MethodDescriptor<Uint8Array, Uint8Array> {
  return { name, kind, request: bytesCodec, response: bytesCodec, fingerprint: '', ...options };
}
