import { ClientCall } from '../call/client-call.ts';
import { fromUnknown } from '../errors/from-unknown.ts';
import { RpcError } from '../errors/rpc-error.ts';
import { ByteReader } from '../util/byte-reader.ts';
import type { Metadata } from '../wire/metadata.ts';
import type { AnyMethod } from '../wire/method.ts';
import { type CallOptions, NO_OPTIONS } from './caller.ts';
import type { RequestSender } from './request-sender.ts';
import type { SignalLink } from './signal-link.ts';

/** Hears what the server sends beside its answer. */
export type MetadataListener = (metadata: Metadata) => void;

/** Sends a call again that provably reached no handler; undefined when that is not to be. */
export interface Resender {
  resend(call: UnaryCall, error: RpcError): Promise<unknown> | undefined;
}

/** A call with one response: unary, or streaming from the client. */
export class UnaryCall extends ClientCall {
  /** Sends the client's stream, if it has one. */
  sender: RequestSender | undefined = undefined;
  signalLink: SignalLink | undefined = undefined;
  metadataListener: MetadataListener | undefined = undefined;
  /** With it go the request and the options, for the case that the call is sent again. */
  resender: Resender | undefined = undefined;
  request: unknown = undefined;
  options: CallOptions = NO_OPTIONS;
  /** What the caller waits for. */
  readonly promise: Promise<unknown>;
  readonly #resolve: (value: unknown) => void;
  readonly #reject: (error: RpcError) => void;

  constructor(method: AnyMethod) {
    super(method);
    this.promise = new Promise(settlers.capture);
    this.#resolve = settlers.resolve;
    this.#reject = settlers.reject;
  }

  /** Ends the caller's promise with the error, or with what comes of sending the call again. */
  fail(error: RpcError): void {
    const again = this.resender?.resend(this, error);
    if (again !== undefined) this.#resolve(again);
    else this.#reject(error);
  }

  override onResponse(bytes: Buffer, start: number, end: number): void {
    let value: unknown;
    try {
      value = this.method.response.decode(scratch.reset(bytes, start, end));
    } catch (error) {
      this.#reject(malformedResponse(this, error));
      return this.#release();
    }
    this.#resolve(value);
    this.#release();
  }

  override onEnded(error: RpcError | undefined): void {
    this.fail(error ?? new RpcError('INTERNAL', `${this.method.name} ended without a response`));
    this.#release();
  }

  override onWritable(): void {
    this.sender?.onWritable();
  }

  override onMetadata(metadata: Metadata): void {
    this.metadataListener?.(metadata);
  }

  #release(): void {
    this.signalLink?.unlink();
    this.sender?.onEnded();
  }
}

/** The error when a response is not what its type says: whatever a codec throws at it means that. */
export function malformedResponse(call: ClientCall, cause: unknown): RpcError {
  return new RpcError(
    'INTERNAL',
    `${call.owner?.address} sent a malformed response to ${call.method.name}: ${fromUnknown(cause).message}`,
    { cause },
  );
}

/** Decoding is synchronous: one cursor serves every call. */
const scratch = new ByteReader(Buffer.alloc(0));

/** The executor of every promise, so that a call needs no closure for it: it leaves behind what settles the promise that was just made. */
const settlers = {
  resolve: (_value: unknown): void => undefined,
  reject: (_error: RpcError): void => undefined,
  capture: (resolve: (value: unknown) => void, reject: (error: RpcError) => void): void => {
    settlers.resolve = resolve;
    settlers.reject = reject;
  },
};
