import { invalidArgument } from '../errors/expect.ts';
import type { AnyMethod } from '../wire/method.ts';
import type { CallOptions } from './caller.ts';

/**
 * How long a call may take: what the call says, else what its method says, else the fallback; 0 is no deadline.
 * @throws RpcError `INVALID_ARGUMENT` for what is no duration.
 */
export function resolveTimeoutMs(method: AnyMethod, options: CallOptions, fallbackMs: number): number {
  return expectTimeoutMs('timeoutMs', options.timeoutMs ?? method.timeoutMs ?? fallbackMs);
}

/** How long a stream may pause; 0 is without end. @throws RpcError `INVALID_ARGUMENT` for what is no duration. */
export function resolveItemTimeoutMs(options: CallOptions): number {
  return options.itemTimeoutMs === undefined ? 0 : expectTimeoutMs('itemTimeoutMs', options.itemTimeoutMs);
}

function expectTimeoutMs(name: string, timeoutMs: number): number {
  if (timeoutMs === Number.POSITIVE_INFINITY) return 0;
  if (Number.isFinite(timeoutMs) && timeoutMs >= 0) return timeoutMs;
  throw invalidArgument(name, 'a number of milliseconds of at least 0', timeoutMs);
}
