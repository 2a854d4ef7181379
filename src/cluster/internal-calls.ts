import { fromUnknown } from '../errors/from-unknown.ts';
import { RpcError } from '../errors/rpc-error.ts';
import type { RpcClientOptions } from '../rpc/client-options.ts';
import type { RpcClient } from '../rpc/rpc-client.ts';
import type { RpcServer } from '../rpc/rpc-server.ts';
import type { ServerSettings } from '../rpc/server-options.ts';
import type { MethodDescriptor } from '../wire/method.ts';
import type { ClusterSettings } from './cluster-options.ts';
import { ConnectionPool } from './connection-pool.ts';
import { asExpelled, expulsionIn } from './expelled-error.ts';
import type { Expulsion } from './expulsions.ts';
import { followIdentity } from './followed-identity.ts';
import { guardedTransport } from './guarded-transport.ts';
import type { NodeSecurity } from './node-security.ts';
import { JOIN_TOKEN_KEY, NODE_ID_KEY } from './peer-guard.ts';

/** What internal calls are made with. */
export interface InternalCallsOptions {
  readonly server: RpcServer;
  readonly settings: ClusterSettings;
  readonly security: NodeSecurity;
  /** Another node refused this one because of this expulsion. */
  readonly onRefused: (expulsion: Pick<Expulsion, 'version' | 'reason'>) => void;
}

/** Calls of this node to the internal methods of others: it shows its certificate, its name and its join token, and talks to verified nodes only. */
export class InternalCalls {
  readonly #options: InternalCallsOptions;
  readonly #pool: ConnectionPool;
  /** Connections to seeds, which may take longer to be made: see {@link callSeed}. */
  readonly #seeds: ConnectionPool;

  constructor(options: InternalCallsOptions) {
    this.#options = options;
    this.#pool = this.#createPool(CONNECT_TIMEOUT_MS);
    this.#seeds = this.#createPool(SEED_CONNECT_TIMEOUT_MS);
  }

  /** Calls the node at an address. @throws RpcError what it answered; with `details.reason` `expelled` when this node was expelled. */
  call<TRequest, TResponse>(
    to: { readonly address: string; readonly timeoutMs: number },
    method: MethodDescriptor<TRequest, TResponse>,
    request: TRequest,
  ): Promise<TResponse> {
    const pool = this.#seeds.isOpen(to.address) ? this.#seeds : this.#pool;
    return this.#callWith(pool.client(to.address), { timeoutMs: to.timeoutMs, method, request });
  }

  /**
   * Like {@link call}, for seeds: the connection is not given up when the call is, so that the next attempt finds it ready. When very many nodes start at
   * once, a seed may need longer for a handshake than an attempt may take, and would otherwise do all of them in vain.
   */
  callSeed<TRequest, TResponse>(
    to: { readonly address: string; readonly timeoutMs: number },
    method: MethodDescriptor<TRequest, TResponse>,
    request: TRequest,
  ): Promise<TResponse> {
    const pool = this.#pool.isOpen(to.address) ? this.#pool : this.#seeds;
    return this.#callWith(pool.client(to.address), { timeoutMs: to.timeoutMs, method, request });
  }

  async #callWith<TRequest, TResponse>(
    client: RpcClient,
    call: { readonly timeoutMs: number; readonly method: MethodDescriptor<TRequest, TResponse>; readonly request: TRequest },
  ): Promise<TResponse> {
    const { joinTokens, nodeId } = this.#options.settings;
    const [token] = joinTokens;
    const metadata = { [NODE_ID_KEY]: nodeId, ...(token === undefined ? {} : { [JOIN_TOKEN_KEY]: token }) };
    try {
      return await client.unary(call.method, call.request, { timeoutMs: call.timeoutMs, metadata });
    } catch (thrown) {
      const error = unreachedAsUnavailable(fromUnknown(thrown));
      const expulsion = expulsionIn(error);
      if (expulsion === undefined) throw error;
      this.#options.onRefused(expulsion);
      throw asExpelled(error);
    }
  }

  /** Like {@link call}, for calls to many nodes one after the other: a connection that was made for it is not kept, so that they do not add up. */
  async callOnce<TRequest, TResponse>(
    to: { readonly address: string; readonly timeoutMs: number },
    method: MethodDescriptor<TRequest, TResponse>,
    request: TRequest,
  ): Promise<TResponse> {
    const wasOpen = this.#pool.isOpen(to.address);
    try {
      return await this.call(to, method, request);
    } finally {
      if (!wasOpen) this.#pool.retire(to.address);
    }
  }

  /** Closes the connection to an address, if there is one. */
  disconnect(address: string): void {
    this.#pool.drop(address);
    this.#seeds.drop(address);
  }

  /** Closes every connection. Idempotent. */
  close(): void {
    this.#pool.close();
    this.#seeds.close();
  }

  #createPool(connectTimeoutMs: number): ConnectionPool {
    const { server, settings, security } = this.#options;
    return new ConnectionPool({
      transport: guardedTransport(server.transport, (fingerprint) => security.isRefusedCertificate(fingerprint)),
      runtime: server.runtime,
      client: followIdentity(server, (present) => ({ ...nodeIdentity(settings.tls, present), whenDisconnected: 'fail', connectTimeoutMs })),
      idleMs: IDLE_MS,
    });
  }
}

/** A call whose time was up before there was a connection did not reach the node. */
function unreachedAsUnavailable(error: RpcError): RpcError {
  if (error.code !== 'DEADLINE_EXCEEDED' || !error.notTaken) return error;
  return new RpcError('UNAVAILABLE', error.message, { notTaken: true, cause: error });
}

/** What this node shows and whom it trusts: what its options say, and else what its server has now. */
function nodeIdentity(tls: ClusterSettings['tls'], present: ServerSettings): RpcClientOptions {
  const { cert = present.cert, key = present.key, ca = present.ca, serverName } = tls;
  return { cert, key, ...(ca === undefined ? {} : { ca }), ...(serverName === undefined ? {} : { serverName }) };
}

const CONNECT_TIMEOUT_MS = 3_000;
/** Two attempts long. */
const SEED_CONNECT_TIMEOUT_MS = 10_000;
/** Nodes talk to random others now and then: connections to them are not kept. */
const IDLE_MS = 10_000;
