import { RpcError } from '../errors/rpc-error.ts';
import type { CloseInfo } from '../ports/transport.ts';

/** The code with which RpcNet closes a connection; it reaches the peer with a reason in words. */
export const CloseCode = {
  /** The side that closes has finished. */
  NORMAL: 0x4e_00,
  /** The peer sent what the protocol does not allow. */
  PROTOCOL_ERROR: 0x4e_01,
  /** No protocol version in common. */
  INCOMPATIBLE: 0x4e_02,
  /** The peer was silent for too long. */
  SILENT: 0x4e_03,
  /** The HELLO did not come in time. */
  NO_HELLO: 0x4e_04,
  /** The server's limit of connections is reached. */
  TOO_MANY: 0x4e_05,
  /** The peer takes answers so slowly that too much waits for it. */
  NOT_READING: 0x4e_06,
  /** A mistake in this library. */
  INTERNAL: 0x4e_07,
} as const;

/** The error with which the calls of an ended connection fail. */
export function closeError(info: CloseInfo, connection: { readonly isOpen: boolean; readonly address: string }): RpcError {
  const { address, isOpen } = connection;
  const reason = info.reason === '' ? 'no reason given' : info.reason;
  if (info.by === 'local' && info.code === CloseCode.NORMAL)
    return new RpcError('CANCELLED', `The connection to ${address} was closed here: ${reason}`);
  switch (info.code) {
    case CloseCode.INCOMPATIBLE:
      return new RpcError('FAILED_PRECONDITION', `${address} speaks another protocol version: ${reason}`);
    case CloseCode.INTERNAL:
    case CloseCode.PROTOCOL_ERROR:
      return new RpcError('INTERNAL', `The connection to ${address} was closed for a ${reason}`);
    case CloseCode.SILENT:
      return new RpcError('UNAVAILABLE', `${address} stopped answering: ${reason}`);
    case CloseCode.NO_HELLO:
      return new RpcError('UNAVAILABLE', `${address} did not complete the handshake: ${reason}`);
    case CloseCode.TOO_MANY:
      return new RpcError(
        'RESOURCE_EXHAUSTED',
        `${address} accepts no more connections: ${reason}. Share one client among callers, or raise the limit there`,
      );
    default:
      return new RpcError(info.isTlsRefusal ? 'UNAUTHENTICATED' : 'UNAVAILABLE', `${whoEnded(info, isOpen)} ${address} ended: ${reason}`);
  }
}

function whoEnded(info: CloseInfo, isOpen: boolean): string {
  return info.by === 'local'
    ? 'This side closed: the connection to'
    : isOpen
      ? 'The connection to'
      : 'The connection, before it was open, to';
}
