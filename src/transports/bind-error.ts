import { RpcError } from '../errors/rpc-error.ts';

/** What was to be bound. */
export interface BindTarget {
  readonly address: string;
  readonly protocol: 'UDP' | 'TCP';
}

/** The error for a socket that could not be bound, from the system's error. */
export function bindError(cause: Error, target: BindTarget): RpcError {
  const { address } = target;
  const code = 'code' in cause ? String(cause.code) : '';
  switch (code) {
    case 'EADDRINUSE':
      return portInUse(target, cause);
    case 'EACCES':
      return new RpcError(
        'PERMISSION_DENIED',
        `This user may not listen on ${address}; ports below 1024 need a privilege, choose a higher one`,
        { cause },
      );
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'EINVAL':
    case 'ENOTFOUND':
      return new RpcError(
        'INVALID_ARGUMENT',
        `This machine has no address ${address} (${code}); use one of its own, or 0.0.0.0 or [::] for all`,
        { cause },
      );
    default:
      return new RpcError('UNAVAILABLE', `Listening on ${address} failed: ${cause.message}`, { cause });
  }
}

/** The error for a port that another socket has. */
export function portInUse({ address, protocol }: BindTarget, cause: unknown): RpcError {
  return new RpcError(
    'ALREADY_EXISTS',
    `The ${protocol} port of ${address} is in use; stop the other program, choose another port, or 0 for a free one`,
    { cause },
  );
}
