import type { InboundMessages } from '../call/inbound-messages.ts';
import { type IncomingCall, ServerCall } from '../call/server-call.ts';
import { fromUnknown } from '../errors/from-unknown.ts';
import { RpcError } from '../errors/rpc-error.ts';
import type { Logger } from '../ports/logger.ts';
import { ByteReader } from '../util/byte-reader.ts';
import { HandlerContext } from './handler-context.ts';
import { iteratorOf, settleQuietly } from './iteration.ts';
import { MessageReader } from './message-reader.ts';
import type { MethodRegistration } from './service.ts';
import { Turnstile } from './turnstile.ts';

/** Runs the handler of one call and sends what it gives. */
export class HandlerCall extends ServerCall {
  readonly #registration: MethodRegistration;
  readonly #logger: Logger;
  readonly #context: HandlerContext = new HandlerContext(this);
  /** Holds a streaming handler while the client reads slowly; made when that happens. */
  #turnstile: Turnstile | undefined;
  /** The handler has not come to an end; a handler without a promise never is at work when something else is. */
  #isRunning = false;
  /** The handler's stream, to be ended when the call is. */
  #items: AsyncIterator<unknown> | Iterator<unknown> | undefined;

  constructor(incoming: IncomingCall, registration: MethodRegistration, logger: Logger) {
    super(incoming);
    this.#registration = registration;
    this.#logger = logger;
  }

  override onRequest(bytes: Buffer, start: number, end: number): void {
    let request: unknown;
    try {
      request = this.method.request.decode(scratch.reset(bytes, start, end));
    } catch (error) {
      return this.fail(malformedRequest(this, error));
    }
    this.#run(request);
  }

  override onStarted(): void {
    const requests = new MessageReader<unknown>(this.inbound as InboundMessages, this.method.request, {
      // The client's sender stops for lack of credit, or when the call ends.
      onAbandoned: () => undefined,
      onMalformed: (cause) => {
        const error = malformedRequest(this, cause);
        this.fail(error);
        return error;
      },
    });
    this.#run(requests);
  }

  override onCancelled(error: RpcError): void {
    this.#context.abort(error);
    // A generator that waits inside its own `await` ends when that settles; its outcome interests nobody any more.
    if (this.#items) settleQuietly(() => this.#items?.return?.());
  }

  override get isRunning(): boolean {
    return this.#isRunning;
  }

  override onWritable(): void {
    this.#turnstile?.open();
  }

  override onFinished(): void {
    this.#turnstile?.open();
  }

  override onUnsendable(thrown: unknown): void {
    this.#failWith(thrown);
  }

  #run(input: unknown): void {
    const { kind, handle } = this.#registration;
    let result: unknown;
    try {
      result = handle(input as never, this.#context);
    } catch (error) {
      return this.#failWith(error);
    }
    if (kind === 'serverStreaming' || kind === 'bidirectional') {
      this.#isRunning = true;
      void this.#sendAll(result as AsyncIterable<unknown> | Iterable<unknown>);
    } else if (isPromiseLike(result)) {
      this.#isRunning = true;
      result.then(this.#onResult, this.#onFailure);
    } else {
      this.respond(result);
    }
  }

  readonly #onResult = (value: unknown): void => {
    this.#settled();
    this.respond(value);
  };
  readonly #onFailure = (error: unknown): void => {
    this.#settled();
    this.#failWith(error);
  };

  #settled(): void {
    this.#isRunning = false;
    if (this.isAbandoned) this.owner.handlerEnded(this);
  }

  /** Sends a stream's items as fast as the client reads them. Never rejects. */
  async #sendAll(stream: AsyncIterable<unknown> | Iterable<unknown>): Promise<void> {
    try {
      const items = iteratorOf(stream);
      this.#items = items;
      for (;;) {
        const item = await items.next();
        if (this.isEnded) return;
        if (item.done) break;
        if (this.responseMetadata !== undefined) this.owner.sendMetadata(this);
        if (this.sendMessage(item.value)) continue;
        this.#turnstile ??= new Turnstile();
        await this.#turnstile.wait();
        if (this.isEnded) return;
      }
      this.end();
    } catch (error) {
      // An item that cannot be sent ends the stream before its generator has come to an end.
      settleQuietly(() => this.#items?.return?.());
      this.#failWith(error);
    } finally {
      this.#settled();
    }
  }

  #failWith(thrown: unknown): void {
    if (thrown instanceof RpcError) return this.fail(thrown);
    if (this.isEnded) return;
    const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    this.#logger.error('a handler failed', { method: this.method.name, error: text });
    this.fail(new RpcError('INTERNAL', `The handler of ${this.method.name} failed; the server's log says why`, { cause: thrown }));
  }
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** Whatever a codec throws at bytes from a client means that they are not what they should be. */
function malformedRequest(call: HandlerCall, cause: unknown): RpcError {
  return new RpcError('INVALID_ARGUMENT', `The request of ${call.method.name} is malformed: ${fromUnknown(cause).message}`);
}

/** Decoding is synchronous: one cursor serves every call. */
const scratch = new ByteReader(Buffer.alloc(0));
