import { CloseCode } from '../call/close-code.ts';
import { MethodTable } from '../call/method-table.ts';
import { ServerCalls } from '../call/server-calls.ts';
import { ServerLoad } from '../call/server-load.ts';
import { expectInteger, expectText, invalidArgument } from '../errors/expect.ts';
import { fromUnknown } from '../errors/from-unknown.ts';
import { RpcError } from '../errors/rpc-error.ts';
import type { Connection, Listener, Transport } from '../ports/transport.ts';
import { parseAddress } from '../util/address.ts';
import { Deferred } from '../util/deferred.ts';
import { ALPN } from '../wire/hello.ts';
import { MAX_METHOD_NAME_BYTES } from '../wire/limits.ts';
import { rawMethod } from '../wire/raw-method.ts';
import { CertificateRenewal, type CertificateUpdate } from './certificate-renewal.ts';
import { HandlerCall } from './handler-call.ts';
import { healthService } from './health-service.ts';
import { expectInterceptors } from './intercept.ts';
import { interceptRegistration } from './intercept-registration.ts';
import type { ServerInterceptor } from './interceptor.ts';
import { layoutRegistration } from './layout-service.ts';
import { reflectionService, serviceOf } from './reflection-service.ts';
import type { Runtime } from './runtime.ts';
import { ServerHealth } from './server-health.ts';
import { type RpcServerOptions, resolveServerOptions, type ServerSettings } from './server-options.ts';
import type { MethodRegistration, RawHandler, ServiceRegistration } from './service.ts';
import { turnAway } from './turn-away.ts';

/** How a server is closed. */
export interface CloseOptions {
  /** How long calls in flight may go on, in milliseconds. Default 10,000; 0 ends them at once with `UNAVAILABLE`. */
  readonly graceMs?: number;
}

/**
 * Serves methods on one address.
 *
 * States: new, listening, draining (`close` was called: calls in flight go on, new ones are sent elsewhere by their clients), closed.
 */
export class RpcServer {
  /** Whether this server and its services are well; clients may ask when the option `health` is set. */
  readonly health: ServerHealth;
  /** Private, so that a server that is printed does not show its key. */
  #settings: ServerSettings;
  readonly #runtime: Runtime;
  readonly #transport: Transport;
  readonly #table = new MethodTable();
  readonly #interceptors: readonly ServerInterceptor[] | undefined;
  readonly #load: ServerLoad;
  readonly #connections = new Set<ServerCalls>();
  readonly #onEmpty: (() => void)[] = [];
  readonly #closeTasks: (() => Promise<void>)[] = [];
  #listener: Listener | undefined;
  #starting: Promise<Listener> | undefined;
  #state: 'new' | 'listening' | 'draining' | 'closed' = 'new';
  #closing: Promise<void> | undefined;
  #renewal: CertificateRenewal | undefined;

  constructor(options: RpcServerOptions & { readonly transport: Transport; readonly runtime: Runtime }) {
    this.#settings = resolveServerOptions(options);
    this.#transport = options.transport;
    if (options.interceptors !== undefined) expectInterceptors(options.interceptors);
    this.#interceptors = options.interceptors && [...options.interceptors];
    this.#runtime = options.runtime;
    const { maxServerCalls, overloadRetryAfterMs } = this.#settings;
    const retryAfterMs = (): number => Math.ceil(overloadRetryAfterMs * (0.5 + this.#runtime.random.next()));
    this.#load = new ServerLoad({ maxServerCalls, retryAfterMs });
    this.health = new ServerHealth((service) => this.#table.slots().some(({ method }) => serviceOf(method.name) === service));
    const layouts = layoutRegistration((name) => this.#table.find(name));
    this.#table.hide(layouts.method, (incoming) => new HandlerCall(incoming, layouts, this.#runtime.logger));
    if (options.health === true) this.register(healthService(this.health));
    if (options.reflection === true) this.register(reflectionService(() => this.#table.slots()));
  }

  /** The options with every default filled in: for what is built on a server. */
  get settings(): ServerSettings {
    return this.#settings;
  }

  /** Time, chance and log output. */
  get runtime(): Runtime {
    return this.#runtime;
  }

  get transport(): Transport {
    return this.#transport;
  }

  /** `host:port` with the real port, while listening. */
  get address(): string | undefined {
    return this.#listener?.address;
  }

  /** Calls being served right now. */
  get inFlight(): number {
    return this.#load.inFlight;
  }

  /** Clients connected right now. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Adds a service: what a generated `xService(handler)` gives. A method that exists already gets the new handler, also for open connections. */
  register(service: ServiceRegistration): this {
    for (const registration of service.methods) this.registerMethod(registration);
    return this;
  }

  /** Adds one method. */
  registerMethod(registration: MethodRegistration): this {
    const { method } = registration;
    expectText('the method name', method.name);
    if (Buffer.byteLength(method.name) > MAX_METHOD_NAME_BYTES)
      throw invalidArgument('the method name', `at most ${MAX_METHOD_NAME_BYTES} bytes`, method.name);
    if (typeof registration.handle !== 'function')
      throw invalidArgument(`the handler of ${method.name}`, 'a function', registration.handle);
    const { logger } = this.runtime;
    const served = this.#interceptors === undefined ? registration : interceptRegistration(registration, this.#interceptors);
    this.#table.set(method, (incoming) => new HandlerCall(incoming, served, logger), registration.isAlwaysTaken);
    this.health.serviceRegistered();
    return this;
  }

  /** Adds a unary method that takes and gives bytes. The bytes it gets are its own. `safe`: it changes nothing, and is served read-only too. */
  registerRaw(name: string, handle: RawHandler, options: { readonly safe?: boolean } = {}): this {
    return this.registerMethod({ kind: 'unary', method: rawMethod(name, 'unary', options), handle });
  }

  /** Whether only methods that are marked safe are served: in the minority of a partition, with the option `partition.readOnly`. */
  get isReadOnly(): boolean {
    return this.#load.readOnlyBecause !== undefined;
  }

  /** Serves only safe methods from now on, because of what is said; all again with `undefined`. Calls under way go on. For what is built on a server. */
  setReadOnly(because: string | undefined): void {
    this.#load.readOnlyBecause = because;
  }

  /**
   * Starts accepting connections on `host:port`; port 0 lets the system choose. Gives the real address.
   * @throws RpcError `INVALID_ARGUMENT` for a bad address or certificate, `ALREADY_EXISTS` when the port is in use, `FAILED_PRECONDITION` when
   * the server was started before.
   */
  async listen(address: string): Promise<string> {
    if (!parseAddress(address)) throw invalidArgument('address', 'host:port, for example 127.0.0.1:61000', address);
    if (this.#state !== 'new')
      throw new RpcError('FAILED_PRECONDITION', `This server is ${this.#state} and cannot listen on ${address}: make a new one`);
    this.#state = 'listening';
    this.#starting = this.#start(address);
    try {
      this.#listener = await this.#starting;
    } catch (error) {
      if (this.#state === 'listening') this.#state = 'new';
      throw error;
    }
    if (this.#closing !== undefined) throw new RpcError('CANCELLED', `The server was closed before it listened on ${address}`);
    return this.#listener.address;
  }

  /** Closes: no new calls, `graceMs` for those in flight, then the rest ends with `UNAVAILABLE`. Resolves when the port is free. Idempotent. */
  close(options: CloseOptions = {}): Promise<void> {
    const graceMs = options.graceMs ?? 10_000;
    expectInteger('graceMs', graceMs, 0);
    this.health.close();
    this.#closing ??= this.#close(graceMs);
    return this.#closing;
  }

  /**
   * Has later connections see another certificate, and with `ca` trust other authorities. Connections over TLS go on as they are; those over QUIC end
   * when their calls have, and their clients connect again.
   * @throws RpcError `INVALID_ARGUMENT` when the certificate cannot be used (the old one stays), `FAILED_PRECONDITION` when the server does not listen or another
   * update runs.
   */
  async updateCertificate(update: CertificateUpdate): Promise<void> {
    const { graceMs = 10_000, ...identity } = update;
    expectInteger('graceMs', graceMs, 0);
    const listener = this.#listener;
    if (listener === undefined || this.#state !== 'listening' || this.#renewal !== undefined)
      throw new RpcError(
        'FAILED_PRECONDITION',
        `A server changes its certificate while it listens, and one at a time (it is ${this.#state})`,
      );
    this.#renewal = new CertificateRenewal({ connections: this.#connections, runtime: this.#runtime, graceMs });
    try {
      await this.#renewal.run(listener, identity);
      this.#settings = { ...this.#settings, ...identity };
    } finally {
      this.#renewal = undefined;
    }
  }

  /** Has `task` run first when the server closes, while it still serves: to say goodbye to a cluster, for example. @throws RpcError `CANCELLED` when it was closed. */
  onClose(task: () => Promise<void>): void {
    if (this.#closing !== undefined) throw new RpcError('CANCELLED', 'The server was closed meanwhile: what depends on it was not started');
    this.#closeTasks.push(task);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #start(address: string): Promise<Listener> {
    const { cert, key, ca, clientAuth, maxConnections, idleTimeoutMs } = this.settings;
    return await this.transport.listen({
      address,
      alpn: ALPN,
      cert,
      key,
      ...(ca === undefined || clientAuth === 'none' ? {} : { ca }),
      clientAuth,
      // The transport refuses without a word: a little above the limit, so that clients are told why.
      maxConnections: maxConnections + TURNED_AWAY_AT_ONCE,
      idleTimeoutMs,
      onConnection: (connection) => this.#accept(connection),
    });
  }

  #accept(connection: Connection): void {
    if (this.#state !== 'listening') return turnAway(connection, CloseCode.NORMAL, 'the server is closing');
    if (this.#renewal?.turnsAway(connection)) return turnAway(connection, CloseCode.NORMAL, 'the server is changing its certificate');
    const { maxConnections } = this.settings;
    if (this.#connections.size >= maxConnections)
      return turnAway(connection, CloseCode.TOO_MANY, `the limit is ${maxConnections} (maxConnections)`);
    const calls: ServerCalls = new ServerCalls(
      connection,
      {
        onOpen: () => undefined,
        onClosed: (_error, info) => {
          this.#connections.delete(calls);
          this.#renewal?.noteClosed();
          if (info.code === CloseCode.PROTOCOL_ERROR) this.#logViolation(connection, info.reason);
          if (this.#connections.size === 0) for (const done of this.#onEmpty.splice(0)) done();
        },
      },
      { table: this.#table, load: this.#load, settings: this.settings, environment: this.runtime },
    );
    this.#connections.add(calls);
  }

  #logViolation(connection: Connection, reason: string): void {
    this.runtime.logger.warn('a connection ended because the protocol was broken', { address: connection.peer.address, reason });
  }

  async #close(graceMs: number): Promise<void> {
    await this.#runCloseTasks();
    const wasListening = this.#state === 'listening';
    this.#state = 'draining';
    // A listener that is just being made is closed like any other; its failure is the business of who called listen().
    await this.#starting?.catch(() => undefined);
    if (wasListening) {
      for (const connection of [...this.#connections]) this.#drain(connection);
      await this.#untilEmpty(graceMs);
      for (const connection of [...this.#connections])
        connection.abort(new RpcError('UNAVAILABLE', 'The server closed before the call was done'));
      await this.#untilEmpty(FAREWELL_MS);
      for (const connection of [...this.#connections]) connection.close('the server closed');
      await (this.#listener ?? (await this.#starting?.catch(() => undefined)))?.close();
    }
    this.#state = 'closed';
  }

  async #runCloseTasks(): Promise<void> {
    await Promise.all(this.#closeTasks.map((task) => this.#runCloseTask(task)));
  }

  /** A task that fails must not keep the server open. */
  async #runCloseTask(task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      this.runtime.logger.error('a task at the close of a server failed', { error: fromUnknown(error).message });
    }
  }

  /** A connection that never finished its handshake has nothing to wait for. */
  #drain(connection: ServerCalls): void {
    if (connection.core.isOpen) connection.drain('the server is closing');
    else connection.close('the server is closing');
  }

  /** Resolves when every connection has ended, or after `limitMs`. */
  #untilEmpty(limitMs: number): Promise<void> {
    if (this.#connections.size === 0 || limitMs === 0) return Promise.resolve();
    const empty = new Deferred<void>();
    const timer = this.runtime.clock.schedule(limitMs, () => empty.resolve());
    this.#onEmpty.push(() => {
      timer.cancel();
      empty.resolve();
    });
    return empty.promise;
  }
}

/** After the last calls were ended, their clients get this long to read why and to close; closing a QUIC connection drops what was not read. */
const FAREWELL_MS = 200;

/** Connections above the limit that may be told so at the same time. */
const TURNED_AWAY_AT_ONCE = 64;
