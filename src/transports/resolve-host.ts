import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { RpcError } from '../errors/rpc-error.ts';

/**
 * The IP addresses of a host, IPv4 first: servers are bound to 127.0.0.1 or 0.0.0.0 far more often than to `::1`, which `localhost` may also stand for.
 *
 * @throws RpcError `UNAVAILABLE` when the name has none.
 */
export async function resolveHost(host: string): Promise<readonly [string, ...string[]]> {
  if (isIP(host) !== 0) return [host];
  try {
    const found = await lookup(host, { all: true, verbatim: true });
    const [first, ...rest] = [...found.filter((entry) => entry.family === 4), ...found.filter((entry) => entry.family === 6)].map(
      (entry) => entry.address,
    );
    if (first !== undefined) return [first, ...rest];
  } catch (cause) {
    throw unknownHost(host, cause);
  }
  throw unknownHost(host, undefined);
}

function unknownHost(host: string, cause: unknown): RpcError {
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return new RpcError('UNAVAILABLE', `The host name ${host} has no address${code}; check its spelling and the DNS of this machine`, {
    notTaken: true,
    ...(cause === undefined ? {} : { cause }),
  });
}
