import assert from 'node:assert/strict';
import { RpcError } from '../../../../src/errors/rpc-error.ts';
import type { Connection, ConnectOptions, Listener, ListenOptions, Transport } from '../../../../src/ports/transport.ts';
import { Deferred } from '../../../../src/util/deferred.ts';
import { createTestCertificates, type TestCertificates } from '../../../support/test-certificates.ts';
import { type WatchedConnection, watchConnection, within } from '../../../support/watched-connection.ts';
import { echoFrames } from './exchange.ts';

/** What the suite needs to know of a transport. */
export interface ConformanceSubject {
  /** Both sides of a test use this one. */
  readonly transport: Transport;
  /** A reason why cases of certificates do not exist, or undefined where TLS is real. */
  readonly withoutTls: string | undefined;
  /** A server whose process can be stopped and killed: it writes back the bytes of every lane. */
  startRemoteEcho(certificates: TestCertificates): Promise<RemoteEcho>;
}

/** A server that is not under the control of the test's own event loop. */
export interface RemoteEcho {
  readonly address: string;
  /** It reads no more, and answers nothing. */
  stop(): void;
  resume(): void;
  /** It is gone without a word. */
  kill(): void;
  /** Frees what is left of it, in whatever state it is. */
  close(): Promise<void>;
}

/** A connection seen from both sides. */
export interface WatchedPair {
  readonly client: WatchedConnection;
  readonly server: WatchedConnection;
  readonly listener: Listener;
}

/** Makes listeners and connections with good certificates, and closes after each test what the test left open. */
export class TransportBench {
  #subject: ConformanceSubject | undefined;
  #certificates: TestCertificates | undefined;
  readonly #open: { close: () => unknown }[] = [];

  async prepare(createSubject: () => Promise<ConformanceSubject>): Promise<void> {
    this.#certificates = await createTestCertificates();
    this.#subject = await createSubject();
  }

  get subject(): ConformanceSubject {
    assert.ok(this.#subject, 'prepared');
    return this.#subject;
  }

  get certificates(): TestCertificates {
    assert.ok(this.#certificates, 'prepared');
    return this.#certificates;
  }

  async listen(options: Partial<ListenOptions> = {}): Promise<Listener> {
    const { cert, key } = this.certificates.node;
    const defaults = { address: '127.0.0.1:0', alpn: ALPN, cert, key, onConnection: echoFrames };
    return this.#keep(await this.subject.transport.listen({ ...defaults, ...options }));
  }

  connect(address: string, options: Partial<ConnectOptions> = {}, signal?: AbortSignal): Promise<Connection> {
    return this.subject.transport.connect(address, { alpn: ALPN, ca: this.certificates.authority.cert, ...options }, signal);
  }

  async connectAndWatch(address: string, options: Partial<ConnectOptions> = {}): Promise<WatchedConnection> {
    const watched = watchConnection(await this.connect(address, options));
    this.#keep({ close: () => watched.connection.close(0, 'the test is over') });
    return watched;
  }

  async connectPair(options: Partial<ListenOptions> = {}): Promise<WatchedPair> {
    const accepted = new Deferred<WatchedConnection>();
    const listener = await this.listen({ ...options, onConnection: (connection) => accepted.resolve(watchConnection(connection)) });
    const client = await this.connectAndWatch(listener.address);
    return { client, server: await within(5000, 'onConnection', accepted.promise), listener };
  }

  async startRemoteEcho(): Promise<RemoteEcho> {
    return this.#keep(await this.subject.startRemoteEcho(this.certificates));
  }

  async closeAll(): Promise<void> {
    await closeNewestFirst(this.#open);
  }

  #keep<T extends { close: () => unknown }>(one: T): T {
    this.#open.push(one);
    return one;
  }
}

/** Closes and forgets what is open: connections before the listeners they belong to. */
export async function closeNewestFirst(open: { close: () => unknown }[]): Promise<void> {
  for (const one of open.splice(0).reverse()) await one.close();
}

/** What `assert.rejects` and `assert.throws` should find. */
export function rejection(code: string, message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof RpcError, `not an RpcError: ${String(error)}`);
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    return true;
  };
}

/** Fails with what ended the connection when it ends within a moment: a refusal may come before or after `connect` has resolved. */
export async function connectOrEnd(attempt: Promise<Connection>): Promise<void> {
  const { closed } = watchConnection(await attempt);
  const end = await within(5000, 'the refusal', closed);
  throw new RpcError(end.isTlsRefusal ? 'UNAUTHENTICATED' : 'UNAVAILABLE', end.reason);
}

export const ALPN: string = 'rpcnet-test/1';
