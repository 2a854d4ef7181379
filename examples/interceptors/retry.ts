import { setTimeout as sleep } from 'node:timers/promises';
import { type ClientInterceptor, type OutgoingCall, RpcError } from 'rpcnet';

export interface RetryOptions {
  /** The first one included. Default 3. */
  readonly maxAttempts?: number;
  /** Before the second attempt; twice as long before each further one. Default 100 ms. */
  readonly firstPauseMs?: number;
}

/**
 * For clients: calls again when that may help and does no harm, which is when the method is idempotent or the call reached no handler. Waits at least as
 * long as the server asks for. All attempts together keep to the timeout of the call, if it has one.
 */
export function retry({ maxAttempts = 3, firstPauseMs = 100 }: RetryOptions = {}): ClientInterceptor {
  return {
    async unary(call, next) {
      const { timeoutMs = call.method.timeoutMs ?? 30_000, signal } = call.options;
      const deadlineAt = timeoutMs === 0 ? Number.POSITIVE_INFINITY : performance.now() + timeoutMs;
      for (let attempt = 1; ; attempt++) {
        const leftMs = Math.max(1, deadlineAt - performance.now());
        try {
          return await next({ ...call, options: { ...call.options, timeoutMs: leftMs } });
        } catch (error) {
          if (attempt >= maxAttempts || !mayRetry(call, error)) throw error;
          const backoffMs = firstPauseMs * 2 ** (attempt - 1) * (0.5 + Math.random());
          const pauseMs = Math.max(backoffMs, error.retryAfterMs ?? 0);
          if (performance.now() + pauseMs >= deadlineAt) throw error;
          await sleep(pauseMs, undefined, signal ? { signal } : {});
        }
      }
    },
  };
}

/** A stream of requests cannot be sent twice: what was read of it is gone. */
function mayRetry(call: OutgoingCall, error: unknown): error is RpcError {
  if (!(error instanceof RpcError) || !error.retryable || call.kind !== 'unary') return false;
  return error.notTaken || (call.options.idempotent ?? call.method.idempotent ?? false);
}
