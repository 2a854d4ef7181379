import { RpcError } from '../../errors/rpc-error.ts';
import type { CloseInfo } from '../../ports/transport.ts';
import { portInUse } from '../bind-error.ts';
import type { EngineCloseInfo } from './quic-engine.ts';

/**
 * The only place where errors, codes and messages of the QUIC engine become ours.
 *
 * The engine gives application codes, QUIC's own codes (RFC 9000, 20.1) and TLS alerts (0x100 + alert, RFC 9001, 4.8) as one number without saying which it is.
 * Codes of ours therefore travel raised by {@link APPLICATION_CODE_BASE}, above all of those.
 */
export const APPLICATION_CODE_BASE = 0x1000;

/** How a connection that was open came to its end, from the engine's close event. */
export function toCloseInfo(info: EngineCloseInfo): CloseInfo {
  const { errorCode, reason } = info;
  if (errorCode >= APPLICATION_CODE_BASE) return { code: errorCode - APPLICATION_CODE_BASE, reason, by: 'remote' };
  if (errorCode === 0 && reason === IDLE_REASON) {
    return { code: 0, reason: 'nothing came from the peer within the idle timeout', by: 'network' };
  }
  // Our own closes never come with this code: the engine of the peer closed by itself, as it does with connections that a closing listener had not seen yet.
  if (errorCode === 0)
    return { code: 0, reason: reason === SHUTDOWN_REASON ? 'the server closed' : reason || 'the peer closed', by: 'remote' };
  if (isTlsCode(errorCode)) {
    return { code: 0, reason: `TLS of the peer refused this side: ${describeRefusal(errorCode)}`, by: 'remote', isTlsRefusal: true };
  }
  return { code: 0, reason: describeQuicError(info), by: 'remote' };
}

/** What a failed attempt to connect is told about. */
export interface DialTarget {
  /** As the user wrote it, with the IP address in use where that differs. */
  readonly address: string;
  readonly serverName: string;
  readonly alpn: string;
  /** Whether this side showed a certificate of its own. */
  readonly hasOwnCertificate: boolean;
  /** Where trust comes from, for messages: `the given ca`, with a hint when it can sign nothing. */
  readonly trust: string;
}

/** The error for a session that ended before its handshake was complete. */
export function handshakeError(info: EngineCloseInfo, target: DialTarget): RpcError {
  const { errorCode } = info;
  if (errorCode === TLS_CODE_BASE + NO_APPLICATION_PROTOCOL) {
    return new RpcError(
      'FAILED_PRECONDITION',
      `${target.address} does not speak ${target.alpn} (no common ALPN protocol); check the port and the version there`,
    );
  }
  if (isTlsCode(errorCode)) return new RpcError('UNAUTHENTICATED', `TLS with ${target.address} failed: ${explainAlert(errorCode, target)}`);
  return new RpcError('UNAVAILABLE', `${target.address} closed the connection during the handshake: ${describeQuicError(info)}`, {
    notTaken: true,
  });
}

/** The error for an attempt that the engine refused or broke off itself. */
export function dialError(cause: unknown, target: DialTarget): RpcError {
  if (cause instanceof RpcError) return cause;
  if (isMissingBinary(cause)) return missingBinary(cause);
  return new RpcError('UNAVAILABLE', `Connecting to ${target.address} failed: ${engineText(cause)}`, { cause, notTaken: true });
}

/** The error for a server that could not start. Ports in use are found before by a probe; this catches the rest and the races. */
export function listenError(cause: unknown, address: string): RpcError {
  if (cause instanceof RpcError) return cause;
  if (isMissingBinary(cause)) return missingBinary(cause);
  const text = engineText(cause);
  if (/already in use/i.test(text)) return portInUse({ address, protocol: 'UDP' }, cause);
  if (/TlsFail/.test(text))
    return new RpcError('INVALID_ARGUMENT', `TLS cannot use the certificate, key or ca given to listen on ${address}`, { cause });
  return new RpcError('UNAVAILABLE', `Listening on ${address} failed: ${text}`, { cause });
}

/** The error for a stream that could not be opened. */
export function laneError(cause: unknown): RpcError {
  if (/StreamLimit/.test(engineText(cause))) return tooManyLanes(cause);
  return new RpcError('UNAVAILABLE', `The connection takes no new lane: ${engineText(cause)}`, { cause });
}

/** The error at the limit of lanes. */
export function tooManyLanes(cause?: unknown): RpcError {
  return new RpcError('RESOURCE_EXHAUSTED', 'The peer allows no more lanes on this connection', cause === undefined ? {} : { cause });
}

/** Why a lane ended, from the error of its stream: the engine has the reset code only in the text. */
export function describeLaneError(error: Error): string {
  const code = /(?:StreamReset\(|StreamStopped\(|stream reset: )(\d+)/.exec(error.message)?.[1];
  return code === undefined ? `the lane failed: ${error.message}` : `the peer reset the lane with code ${code}`;
}

/** The error for a machine on which the engine cannot run. */
export function missingBinary(cause: unknown): RpcError {
  const machine = `${process.platform}-${process.arch}`;
  return new RpcError(
    'FAILED_PRECONDITION',
    `The QUIC engine cannot be loaded on ${machine}: ${engineText(cause)}; it has binaries for Linux x64 and arm64 with glibc 2.34 or newer and for macOS arm64. Use the transport tls or auto`,
    { cause, details: { reason: ENGINE_MISSING } },
  );
}

/** Whether an error says that this machine has no binary of the engine: QUIC is out of the question, whatever is tried. */
export function isEngineMissing(error: RpcError): boolean {
  const { details } = error;
  return typeof details === 'object' && details !== null && 'reason' in details && details.reason === ENGINE_MISSING;
}

const ENGINE_MISSING = 'quicEngineMissing';

function isMissingBinary(cause: unknown): boolean {
  return /native binding|Cannot find module|ERR_DLOPEN|GLIBC/i.test(engineText(cause));
}

/** The text of an engine error without the tag it carries for machines. */
function engineText(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return text.replace(/^\[h3:[^\]]*\]\s*/, '');
}

function describeQuicError({ errorCode, reason }: EngineCloseInfo): string {
  if (errorCode === HIDDEN_APPLICATION_ERROR) return 'the peer closed before the handshake was confirmed, when no reason can be sent';
  if (errorCode === 0 && reason !== '') return reason;
  return `QUIC error ${errorCode}${reason === '' ? '' : `: ${reason}`}`;
}

function isTlsCode(errorCode: number): boolean {
  return errorCode >= TLS_CODE_BASE && errorCode < TLS_CODE_BASE + 0x100;
}

/** What the other side's TLS said of this side. */
function describeRefusal(errorCode: number): string {
  if (errorCode === TLS_CODE_BASE) return 'a client certificate is required and none was shown; set cert and key';
  const alert = ALERTS.get(errorCode - TLS_CODE_BASE);
  return `${alert?.name ?? `alert ${errorCode - TLS_CODE_BASE}`}; check that the certificate of this side is signed by the ca of the peer and has not expired`;
}

function explainAlert(errorCode: number, target: DialTarget): string {
  if (errorCode === TLS_CODE_BASE) return describeRefusal(errorCode);
  const alert = ALERTS.get(errorCode - TLS_CODE_BASE);
  const what =
    alert === undefined
      ? `alert ${errorCode - TLS_CODE_BASE}; check ca, serverName and the dates of the certificate`
      : alert.explain(target);
  // The server's verdict on our certificate can overtake the engine's own news that the handshake is complete.
  return target.hasOwnCertificate ? `${what}. Or the server refused the certificate of this side for that reason` : what;
}

interface Alert {
  readonly name: string;
  /** What it means when this side, checking the server's certificate, raised it. */
  explain(target: DialTarget): string;
}

const TLS_CODE_BASE = 0x100;
const NO_APPLICATION_PROTOCOL = 120;

/** APPLICATION_ERROR of RFC 9000, 10.2.3: stands in for a code and a reason of the application while packets may still be read by others. */
const HIDDEN_APPLICATION_ERROR = 12;

/** The text the engine gives when nothing arrived for the idle timeout. */
const IDLE_REASON = 'idle timeout';

/** The text that an engine's server sends when it is closed. */
const SHUTDOWN_REASON = 'server shutdown';

/** Alerts of RFC 8446, 6.2 that certificates lead to. */
const ALERTS: ReadonlyMap<number, Alert> = new Map<number, Alert>([
  [40, { name: 'handshake failure', explain: () => 'no common TLS settings (handshake failure)' }],
  [
    42,
    {
      name: 'bad certificate',
      explain: ({ serverName }) =>
        `the server's certificate is not made out to "${serverName}" or is malformed; set serverName to a DNS name that it carries`,
    },
  ],
  [43, { name: 'unsupported certificate', explain: () => "the server's certificate is not made for servers (key usage)" }],
  [44, { name: 'certificate revoked', explain: () => "the server's certificate was revoked" }],
  [
    45,
    {
      name: 'certificate expired',
      explain: () => "the server's certificate has expired or is not valid yet; renew it, and check both clocks",
    },
  ],
  [46, { name: 'certificate unknown', explain: () => "the server's certificate was not accepted" }],
  [
    48,
    {
      name: 'unknown certificate authority',
      explain: ({ trust }) => `the server's certificate is not signed by ${trust} (unknown authority)`,
    },
  ],
  [51, { name: 'bad signature', explain: () => "the server's certificate or handshake carries a bad signature" }],
  [70, { name: 'protocol version', explain: () => 'the server does not speak TLS 1.3' }],
  [116, { name: 'certificate required', explain: () => 'the server wants a client certificate; set cert and key' }],
]);
