import type { ErrorCode } from './codes.ts';
import { RpcError } from './rpc-error.ts';

/** The one funnel from anything thrown to an {@link RpcError}: an RpcError stays as it is, an abort is `CANCELLED`, the rest gets `fallback`. */
export function fromUnknown(thrown: unknown, fallback: ErrorCode = 'INTERNAL'): RpcError {
  if (thrown instanceof RpcError) return thrown;
  if (thrown instanceof Error) {
    if (thrown.name === 'AbortError') return new RpcError('CANCELLED', thrown.message, { cause: thrown });
    if (thrown.name === 'TimeoutError') return new RpcError('DEADLINE_EXCEEDED', thrown.message, { cause: thrown });
    return new RpcError(fallback, thrown.message, { cause: thrown });
  }
  return new RpcError(fallback, String(thrown), { cause: thrown });
}
