import { RpcError } from '../errors/rpc-error.ts';
import type { Metadata } from '../wire/metadata.ts';
import type { AnyMethod } from '../wire/method.ts';
import { Call } from './call.ts';
import type { ClientCalls } from './client-calls.ts';

/** A call as its client sees it. The shell extends it with what the caller waits for: a promise or an iterator. */
export abstract class ClientCall extends Call {
  readonly method: AnyMethod;
  /** The connection's calls while this one is in flight. */
  owner: ClientCalls | undefined = undefined;
  /** The client that made it, among those that share the connection. */
  holder: object | undefined = undefined;
  /** How long it may take, as it was started; 0 is for ever. */
  timeoutMs = 0;

  constructor(method: AnyMethod) {
    super();
    this.method = method;
  }

  /** The result of a unary or client-streaming call; the bytes are valid during the call only, unless they are kept as a view. */
  abstract onResponse(bytes: Buffer, start: number, end: number): void;
  /** The call ended without a result: an error, or (undefined) the end of a stream that went well. */
  abstract onEnded(error: RpcError | undefined): void;
  /** After {@link sendMessage} gave false: the next message may be sent. */
  onWritable(): void {}
  /** Metadata of the server: with the result or the end, or before items of a stream. */
  onMetadata(_metadata: Metadata): void {}

  /** Sends a message of the client's stream. False: wait for {@link onWritable}. Dropped when the call has ended. */
  sendMessage(value: unknown): boolean {
    if (this.isEnded || !this.outbound) return true;
    return this.outbound.send(this.method.request, value);
  }

  /** The client's stream is complete. */
  endMessages(): void {
    this.owner?.sendEnd(this);
  }

  /** Gives the call up: the handler is told, and the caller gets the error. Harmless after the end. */
  cancel(error: RpcError): void {
    this.owner?.cancel(this, error);
  }

  onDeadline(): void {
    const timeoutMs = Math.round(this.timeoutMs);
    this.cancel(new RpcError('DEADLINE_EXCEEDED', `${this.method.name} on ${this.owner?.address} got no answer within ${timeoutMs} ms`));
  }
}
