import { RpcError } from '../errors/rpc-error.ts';
import type { Peer } from '../ports/transport.ts';
import { ByteWriter } from '../util/byte-writer.ts';
import type { Codec } from '../wire/codec.ts';
import type { Metadata } from '../wire/metadata.ts';
import type { AnyMethod } from '../wire/method.ts';
import { Call } from './call.ts';
import type { ServerCalls } from './server-calls.ts';

/** What the engine knows of a call when it arrives. */
export interface IncomingCall {
  readonly method: AnyMethod;
  readonly metadata: Metadata;
  readonly owner: ServerCalls;
}

/** A call as its server sees it. The shell extends it with what runs the handler. */
export abstract class ServerCall extends Call {
  readonly method: AnyMethod;
  readonly metadata: Metadata;
  readonly owner: ServerCalls;
  /** What the handler sends beside its answer and has not sent yet. */
  responseMetadata: Metadata | undefined = undefined;

  /** The call was cancelled while its handler was at work: it counts against `maxCalls` until {@link ServerCalls.handlerEnded}. */
  isAbandoned = false;

  constructor(incoming: IncomingCall) {
    super();
    this.method = incoming.method;
    this.metadata = incoming.metadata;
    this.owner = incoming.owner;
  }

  get peer(): Peer {
    return this.owner.core.connection.peer;
  }

  /** The complete request of a unary or server-streaming call: run the handler. The bytes are valid after the call as well. */
  abstract onRequest(bytes: Buffer, start: number, end: number): void;
  /** A call that streams from the client began: run the handler. */
  abstract onStarted(): void;
  /** The caller gave up, the deadline passed, or the connection ended: stop the handler. Nothing can be sent any more. */
  abstract onCancelled(error: RpcError): void;
  /** Whether the handler has begun and not come to an end. */
  get isRunning(): boolean {
    return false;
  }

  /** After {@link sendMessage} gave false: the next message may be sent. */
  onWritable(): void {}
  /** The call has ended, whatever the way: nothing more will be sent, and nothing is waited for. */
  onFinished(): void {}

  /** The call has ended: whoever sends or reads its messages stops. */
  release(): void {
    this.outbound?.stop();
    this.inbound?.finish(new RpcError('CANCELLED', `The call of ${this.method.name} has ended`));
    this.inbound?.discard();
    this.whole?.discard();
    this.onFinished();
  }

  /** The result of the handler cannot be sent: fail the call with an error that can. */
  abstract onUnsendable(thrown: unknown): void;

  /** Ends a unary or client-streaming call with its result. Dropped when the call has ended. */
  respond(value: unknown): void {
    if (this.isEnded) return;
    try {
      this.owner.sendResponse(this, value);
    } catch (error) {
      this.onUnsendable(responseError(this.method, error));
    }
  }

  /** Sends a message of the server's stream. False: wait for {@link onWritable}. @throws RpcError when it does not fit its type or the limit. */
  sendMessage(value: unknown): boolean {
    if (this.isEnded || !this.outbound) return true;
    try {
      return this.outbound.send(this.method.response, value);
    } catch (error) {
      throw responseError(this.method, error);
    }
  }

  /** Ends a stream that went well, after what waits has left. */
  end(): void {
    this.owner.sendEnd(this);
  }

  /** Ends the call with an error; messages sent before still arrive. */
  fail(error: RpcError): void {
    if (this.isEnded) return;
    const { responseMetadata } = this;
    this.owner.sendError(
      this,
      responseMetadata === undefined ? error : withMetadata(error, responseMetadata),
      encodeDetails(this.method.error, error),
    );
  }

  onDeadline(): void {
    this.owner.expire(this);
  }
}

/** The error with what the handler meant to send beside its answer; the error's own metadata wins. */
function withMetadata(error: RpcError, metadata: Metadata): RpcError {
  const { code, message, retryable, notTaken, retryAfterMs } = error;
  const hint = retryAfterMs === undefined ? {} : { retryAfterMs };
  return new RpcError(code, message, { retryable, notTaken, ...hint, metadata: { ...metadata, ...error.metadata } });
}

/** A response that cannot be written is the handler's mistake, not the caller's. */
function responseError(method: AnyMethod, error: unknown): unknown {
  if (!(error instanceof RpcError)) return error;
  return error.code === 'INVALID_ARGUMENT'
    ? new RpcError('INTERNAL', `${method.name} gave a response that does not fit its type: ${error.message}`)
    : error;
}

/** Details in the service's own error type, or raw bytes; anything else stays behind. */
function encodeDetails(codec: Codec<unknown> | undefined, error: RpcError): Uint8Array | undefined {
  const { details } = error;
  if (details === undefined) return undefined;
  if (!codec) return details instanceof Uint8Array ? details : undefined;
  const writer = new ByteWriter(128);
  try {
    codec.encode(details, writer);
    return writer.take();
  } catch {
    // Details of another type than the service's belong to somebody else, for instance to an error passed on from a call made by the handler.
    return undefined;
  }
}
