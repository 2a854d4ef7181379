import { ClientCall } from '../call/client-call.ts';
import { fromUnknown } from '../errors/from-unknown.ts';
import { RpcError } from '../errors/rpc-error.ts';
import { ByteReader } from '../util/byte-reader.ts';
import type { AnyMethod } from '../wire/method.ts';
import type { RequestSender } from './request-sender.ts';
import type { SignalLink } from './signal-link.ts';

/** How a unary call ends. */
export interface UnaryOutcome {
  resolve(value: unknown): void;
  reject(error: RpcError): void;
}

/** A call with one response: unary, or streaming from the client. */
export class UnaryCall extends ClientCall {
  /** Sends the client's stream, if it has one. */
  sender: RequestSender | undefined;
  signalLink: SignalLink | undefined;
  readonly #outcome: UnaryOutcome;

  constructor(method: AnyMethod, outcome: UnaryOutcome) {
    super(method);
    this.#outcome = outcome;
  }

  override onResponse(bytes: Buffer, start: number, end: number): void {
    let value: unknown;
    try {
      value = this.method.response.decode(scratch.reset(bytes, start, end));
    } catch (error) {
      this.#outcome.reject(malformedResponse(this, error));
      return this.#release();
    }
    this.#outcome.resolve(value);
    this.#release();
  }

  override onEnded(error: RpcError | undefined): void {
    this.#outcome.reject(error ?? new RpcError('INTERNAL', `${this.method.name} ended without a response`));
    this.#release();
  }

  override onWritable(): void {
    this.sender?.onWritable();
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
