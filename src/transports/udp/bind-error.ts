import { RpcError } from '../../errors/rpc-error.ts';

/** The error for a UDP socket that could not be bound, from the system's error. */
export function bindError(cause: Error, address: string): RpcError {
  const code = 'code' in cause ? String(cause.code) : '';
  switch (code) {
    case 'EADDRINUSE':
      return portInUse(address, cause);
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

/** The error for a UDP port that another socket has. */
export function portInUse(address: string, cause: unknown): RpcError {
  return new RpcError(
    'ALREADY_EXISTS',
    `The UDP port of ${address} is in use; stop the other program, choose another port, or 0 for a free one`,
    { cause },
  );
}
