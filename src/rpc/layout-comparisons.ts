import type { ClientCalls } from '../call/client-calls.ts';
import { fromUnknown } from '../errors/from-unknown.ts';
import { RpcError } from '../errors/rpc-error.ts';
import type { ScheduledTask } from '../ports/clock.ts';
import { Deferred } from '../util/deferred.ts';
import { NO_METADATA } from '../wire/metadata.ts';
import type { AnyMethod } from '../wire/method.ts';
import { layoutMethod, type ServedLayout } from '../wire/method-layout.ts';
import type { Runtime } from './runtime.ts';
import { abortError } from './signal-link.ts';
import { UnaryCall } from './unary-call.ts';

/** How long a call waits for the comparison. */
export interface ComparisonLimit {
  /** On the monotonic clock; Infinity is no deadline. */
  readonly deadlineAt: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Asks servers for the layout of methods whose fingerprints differ, once for each connection and method however many calls wait for it. The answer goes to
 * the connection, which then lets the calls through or says what differs.
 */
export class LayoutComparisons {
  readonly #runtime: Runtime;
  /** The client that the questions belong to: they end with it. */
  readonly #holder: object;
  readonly #underWay = new WeakMap<ClientCalls, Map<AnyMethod, Promise<void>>>();

  constructor(runtime: Runtime, holder: object) {
    this.#runtime = runtime;
    this.#holder = holder;
  }

  /**
   * Resolves when the connection knows whether it can call the method.
   * @throws RpcError (not taken) when the server gives no answer, the time is up or the signal aborts.
   */
  async compare(connection: ClientCalls, method: AnyMethod, limit: ComparisonLimit): Promise<void> {
    const { signal } = limit;
    if (signal?.aborted) throw abortError(method.name, signal);
    const outcome = new Deferred<void>();
    const onAbort = (): void => outcome.reject(abortError(method.name, signal as AbortSignal));
    signal?.addEventListener('abort', onAbort, { once: true });
    const timer = this.#deadline(method, limit, outcome);
    this.#question(connection, method).then(
      () => outcome.resolve(),
      (error: unknown) => outcome.reject(fromUnknown(error)),
    );
    try {
      await outcome.promise;
    } finally {
      timer?.cancel();
      signal?.removeEventListener('abort', onAbort);
    }
  }

  #deadline(method: AnyMethod, { deadlineAt }: ComparisonLimit, outcome: Deferred<void>): ScheduledTask | undefined {
    const { clock } = this.#runtime;
    if (deadlineAt === Number.POSITIVE_INFINITY) return undefined;
    const text = `The time for ${method.name} was up before its definition was compared with the server's`;
    return clock.schedule(Math.max(0, deadlineAt - clock.now()), () =>
      outcome.reject(new RpcError('DEADLINE_EXCEEDED', text, { notTaken: true })),
    );
  }

  #question(connection: ClientCalls, method: AnyMethod): Promise<void> {
    let questions = this.#underWay.get(connection);
    if (questions === undefined) {
      questions = new Map();
      this.#underWay.set(connection, questions);
    }
    let question = questions.get(method);
    if (question === undefined) {
      question = this.#ask(connection, method).finally(() => this.#underWay.get(connection)?.delete(method));
      questions.set(method, question);
    }
    return question;
  }

  async #ask(connection: ClientCalls, method: AnyMethod): Promise<void> {
    try {
      const call = new UnaryCall(layoutMethod);
      call.holder = this.#holder;
      connection.start(call, { request: method.name, metadata: NO_METADATA, timeoutMs: ANSWER_TIMEOUT_MS });
      connection.learnLayout(method, (await call.promise) as ServedLayout | undefined);
    } catch (thrown) {
      const error = fromUnknown(thrown);
      // A server that knows no layouts: the fingerprints are all there is.
      if (error.code === 'UNIMPLEMENTED') return connection.learnLayout(method, undefined);
      const text = `${method.name} could not be compared with its definition at ${connection.address}: ${error.message}`;
      throw new RpcError(error.code, text, { notTaken: true, cause: error });
    }
  }
}

/** A server answers at once: what it tells was made when its code was generated. */
const ANSWER_TIMEOUT_MS = 10_000;
