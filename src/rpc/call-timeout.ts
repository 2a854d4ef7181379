import { invalidArgument } from '../errors/expect.ts';
import type { AnyMethod } from '../wire/method.ts';
import type { CallOptions } from './caller.ts';

/**
 * How long a call may take: what the call says, else what its method says, else the fallback; 0 is no deadline.
 * @throws RpcError `INVALID_ARGUMENT` for what is no duration.
 */
export function resolveTimeoutMs(method: AnyMethod, options: CallOptions, fallbackMs: number): number {
  const timeoutMs = options.timeoutMs ?? method.timeoutMs ?? fallbackMs;
  if (timeoutMs === Number.POSITIVE_INFINITY) return 0;
  if (Number.isFinite(timeoutMs) && timeoutMs >= 0) return timeoutMs;
  throw invalidArgument('timeoutMs', 'a number of milliseconds of at least 0', timeoutMs);
}
