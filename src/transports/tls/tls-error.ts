import { RpcError } from '../../errors/rpc-error.ts';
import type { CloseInfo } from '../../ports/transport.ts';

/** The only place where errors, codes and messages of `node:tls` and its sockets become ours. */

/** What a failed attempt to connect is told about. */
export interface TlsTarget {
  /** As the user wrote it, with the IP address in use where that differs. */
  readonly address: string;
  readonly serverName: string;
  readonly alpn: string;
  /** Where trust comes from, for messages: `the given ca`, with a hint when it can sign nothing. */
  readonly trust: string;
}

/** The error for an attempt to connect that failed; without a cause the server ended it without a word. */
export function tlsDialError(cause: Error | undefined, target: TlsTarget): RpcError {
  const { address } = target;
  const code = codeOf(cause);
  const options = cause === undefined ? {} : { cause };
  if (code === 'ECONNREFUSED') {
    const hint = 'check that the server runs and listens on TLS (TCP) there';
    return new RpcError('UNAVAILABLE', `${address} refused the connection: nothing listens there; ${hint}`, { ...options, notTaken: true });
  }
  if (isAlpnRefusal(code)) return noCommonProtocol(target, cause);
  if (NOT_TLS.has(code)) {
    return new RpcError('FAILED_PRECONDITION', `${address} does not speak TLS 1.3 (${code}); check the port`, options);
  }
  const explained = explainCertificate(code, target) ?? explainAlert(code);
  if (explained !== undefined) return new RpcError('UNAUTHENTICATED', `TLS with ${address} failed: ${explained}`, options);
  if (cause === undefined || code === 'ECONNRESET' || code === 'EPIPE') {
    const reason = 'the server closed the connection during the handshake';
    return new RpcError('UNAVAILABLE', `Connecting to ${address} failed: ${reason}`, { ...options, notTaken: true });
  }
  return new RpcError('UNAVAILABLE', `Connecting to ${address} failed: ${cause.message}`, { ...options, notTaken: true });
}

/** The error for a server that offers other protocols only. */
export function noCommonProtocol({ address, alpn }: TlsTarget, cause?: Error): RpcError {
  return new RpcError(
    'FAILED_PRECONDITION',
    `${address} does not speak ${alpn} (no common ALPN protocol); check the port and the version there`,
    cause === undefined ? {} : { cause },
  );
}

/** How a connection that was open came to its end without a close record, from the error of its socket if there was one. */
export function toLossInfo(cause: Error | undefined): CloseInfo {
  const code = codeOf(cause);
  const alert = explainAlert(code);
  if (alert !== undefined) return { code: 0, reason: `TLS of the peer refused this side: ${alert}`, by: 'remote', isTlsRefusal: true };
  if (cause === undefined) return { code: 0, reason: 'the peer is gone: it ended the connection without a word', by: 'network' };
  if (code === 'ECONNRESET' || code === 'EPIPE')
    return { code: 0, reason: `the peer is gone: the connection was reset (${code})`, by: 'network' };
  return { code: 0, reason: `the connection failed: ${cause.message}`, by: 'network' };
}

/** What the server thinks of a client's certificate, as it travels in a refusal record: a code of OpenSSL's verification, or {@link NONE_SHOWN}. */
export function describeRefusal(problem: string): string {
  if (problem === NONE_SHOWN) return `TLS of the peer refused this side: ${CERTIFICATE_REQUIRED}`;
  const what = UNKNOWN_AUTHORITY.has(problem)
    ? 'unknown certificate authority'
    : EXPIRED.has(problem)
      ? 'certificate expired or not valid yet'
      : printable(problem);
  return `TLS of the peer refused this side: ${what}; ${CHECK_OWN_CERTIFICATE}`;
}

/** Stands for a certificate that is required and was not shown. */
export const NONE_SHOWN = 'NONE_SHOWN';

function explainCertificate(code: string, { serverName, trust }: TlsTarget): string | undefined {
  if (UNKNOWN_AUTHORITY.has(code)) return `the server's certificate is not signed by ${trust} (unknown authority)`;
  if (EXPIRED.has(code)) return "the server's certificate has expired or is not valid yet; renew it, and check both clocks";
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `the server's certificate is not made out to "${serverName}"; set serverName to a DNS name that it carries`;
  if (VERIFICATION.test(code)) return `the server's certificate was not accepted (${code})`;
  return undefined;
}

/** What the other side's TLS said of this side, from the code of a fatal alert (RFC 8446, 6.2). */
function explainAlert(code: string): string | undefined {
  const alert = ALERT.exec(code)?.[1];
  if (alert === undefined || isAlpnRefusal(code)) return undefined;
  if (alert === 'CERTIFICATE_REQUIRED') return CERTIFICATE_REQUIRED;
  const name = alert === 'UNKNOWN_CA' ? 'unknown certificate authority' : alert.toLowerCase().replaceAll('_', ' ');
  return `${name}; ${CHECK_OWN_CERTIFICATE}`;
}

function isAlpnRefusal(code: string): boolean {
  return code.endsWith('ALERT_NO_APPLICATION_PROTOCOL');
}

function codeOf(cause: Error | undefined): string {
  return cause !== undefined && 'code' in cause ? String(cause.code) : '';
}

/** What a peer sends is shown only as far as it is a plain word. */
function printable(text: string): string {
  return text.replace(/[^\w .-]/g, '?').slice(0, 64);
}

const CERTIFICATE_REQUIRED = 'a client certificate is required and none was shown; set cert and key';
const CHECK_OWN_CERTIFICATE = 'check that the certificate of this side is signed by the ca of the peer and has not expired';

/** Codes of OpenSSL's verification as Node.js names them. */
const UNKNOWN_AUTHORITY: ReadonlySet<string> = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
]);
const EXPIRED: ReadonlySet<string> = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);
const VERIFICATION = /^(?:CERT_|CRL_|INVALID_(?:CA|PURPOSE)|PATH_LENGTH|HOSTNAME_MISMATCH|ERR_TLS_CERT|UNSPECIFIED$)/;
const ALERT = /^ERR_SSL_(?:TLSV1|TLSV13|SSLV3)_ALERT_(\w+)$/;
/** What OpenSSL says to bytes that are no TLS, or an older one. */
const NOT_TLS: ReadonlySet<string> = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_UNSUPPORTED_PROTOCOL',
  'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_BAD_RECORD_TYPE',
]);
