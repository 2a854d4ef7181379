import { fromUnknown } from '../errors/from-unknown.ts';
import { RpcError } from '../errors/rpc-error.ts';
import type { CallContext } from '../rpc/call-context.ts';
import type { RpcServer } from '../rpc/rpc-server.ts';
import type { Runtime } from '../rpc/runtime.ts';
import type { JoinReply, JoinRequest, SyncReply, SyncRequest } from '../swim/exchange.ts';
import type { Swim } from '../swim/swim.ts';
import type { MethodDescriptor } from '../wire/method.ts';
import type { ClusterSettings } from './cluster-options.ts';
import { ConnectionPool } from './connection-pool.ts';
import type { GossipCipher } from './gossip-cipher.ts';
import { createGossipKey, type GossipKey, isSameKey, preferredKey } from './gossip-key.ts';
import { joinMethod, type Keyed, type PingAnswer, pingMethod, syncMethod } from './internal-methods.ts';
import { JOIN_TOKEN_KEY, PeerGuard } from './peer-guard.ts';
import { leftError, type SwimDriver } from './swim-driver.ts';

/** What a {@link NodeLink} works with. */
export interface NodeLinkOptions {
  readonly server: RpcServer;
  readonly settings: ClusterSettings;
  readonly swim: Swim;
  readonly cipher: GossipCipher;
  /** A node joined through this one. */
  readonly onAccepted: () => void;
}

/**
 * The reliable side of the membership: internal calls between nodes, over their ordinary servers, each way with the node's own certificate.
 * Joins and exchanges of views carry the gossip key, so they are answered only to authorized peers and sent only to verified ones.
 */
export class NodeLink {
  readonly #options: NodeLinkOptions;
  readonly #runtime: Runtime;
  readonly #pool: ConnectionPool;
  readonly #guard: PeerGuard;
  #driver: SwimDriver | undefined;
  /** Addresses to exchange views with, the one under way first. */
  readonly #syncQueue = new Set<string>();
  #isSyncing = false;
  #isClosed = false;

  constructor(options: NodeLinkOptions) {
    const { server, settings } = options;
    this.#options = options;
    this.#runtime = server.runtime;
    this.#guard = new PeerGuard(settings.joinToken);
    this.#pool = new ConnectionPool({
      transport: server.transport,
      runtime: server.runtime,
      client: { ...settings.tls, whenDisconnected: 'fail', connectTimeoutMs: CONNECT_TIMEOUT_MS },
      idleMs: IDLE_MS,
    });
  }

  /** Serves the internal methods on the node's server. */
  attach(driver: SwimDriver): void {
    this.#driver = driver;
    const { server } = this.#options;
    const guarded =
      <TRequest, TResponse>(handle: (request: TRequest) => TResponse | Promise<TResponse>) =>
      (request: never, context: CallContext): TResponse | Promise<TResponse> => {
        this.#guard.check(context);
        if (this.#isClosed) throw leftError();
        return handle(request);
      };
    server.registerMethod({
      kind: 'unary',
      method: joinMethod,
      handle: guarded((request: Keyed<JoinRequest>) => this.#serveJoin(request, driver)),
      isAlwaysTaken: true,
    });
    server.registerMethod({
      kind: 'unary',
      method: syncMethod,
      handle: guarded((request: Keyed<SyncRequest>) => this.#serveSync(request, driver)),
      isAlwaysTaken: true,
    });
    server.registerMethod({ kind: 'unary', method: pingMethod, handle: guarded(() => this.#self()), isAlwaysTaken: true });
  }

  /** Begins a cluster: makes its gossip key, unless there is one. */
  found(): void {
    this.#ownKey();
  }

  /** Asks a seed to take this node in. @throws RpcError why it did not. */
  async join(seed: string, timeoutMs: number): Promise<void> {
    const { swim, cipher } = this.#options;
    const { message, key } = await this.#call({ address: seed, timeoutMs }, joinMethod, {
      message: swim.createJoinRequest(),
      key: cipher.key,
    });
    if (message.kind === 'refused') throw refusal(seed, message);
    if (!key) throw new RpcError('INTERNAL', `${seed} took this node in and gave it no gossip key`);
    this.#adopt(key);
    this.#driver?.run(() => swim.handleJoinReply(message, this.#runtime.clock.now()));
  }

  /** Exchanges views with the node at an address, one exchange after the other: this node is never busy with more than one that it began. */
  async sync(address: string): Promise<void> {
    if (this.#syncQueue.has(address)) return;
    this.#syncQueue.add(address);
    if (this.#isSyncing) return;
    this.#isSyncing = true;
    for (const next of this.#syncQueue) {
      await this.#exchange(next);
      this.#syncQueue.delete(next);
    }
    this.#isSyncing = false;
  }

  /** Asks the node at an address who it is, and tells the engine. */
  async ping(ping: { readonly token: number; readonly address: string; readonly timeoutMs: number }): Promise<void> {
    const { swim } = this.#options;
    let answer: PingAnswer | undefined;
    try {
      answer = await this.#call({ address: ping.address, timeoutMs: Math.max(1, ping.timeoutMs) }, pingMethod, undefined);
    } catch (error) {
      this.#runtime.logger.debug('reliable ping failed', { address: ping.address, reason: fromUnknown(error).message });
    }
    const result = answer ? ({ kind: 'answered', ...answer } as const) : ({ kind: 'failed' } as const);
    this.#driver?.run(() => swim.handleReliablePingResult(ping.token, result, this.#runtime.clock.now()));
  }

  /** Ends every connection to other nodes; what they still ask is refused, so that they find this node gone. */
  close(): void {
    this.#isClosed = true;
    this.#pool.close();
  }

  #call<TRequest, TResponse>(
    to: { readonly address: string; readonly timeoutMs: number },
    method: MethodDescriptor<TRequest, TResponse>,
    request: TRequest,
  ): Promise<TResponse> {
    const { joinToken } = this.#options.settings;
    const metadata = joinToken === undefined ? {} : { metadata: { [JOIN_TOKEN_KEY]: joinToken } };
    return this.#pool.client(to.address).unary(method, request, { timeoutMs: to.timeoutMs, ...metadata });
  }

  /** A failure shows in probes, so it is only logged. */
  async #exchange(address: string): Promise<void> {
    const { swim, cipher } = this.#options;
    try {
      let request: SyncRequest | undefined = swim.createSyncRequest();
      while (request) {
        const { message, key } = await this.#call({ address, timeoutMs: SYNC_TIMEOUT_MS }, syncMethod, {
          message: request,
          key: cipher.key,
        });
        if (key) this.#adopt(key);
        request = this.#takeSyncReply(message);
      }
    } catch (error) {
      this.#runtime.logger.debug('exchange of views failed', { address, reason: fromUnknown(error).message });
    }
  }

  async #serveJoin(request: Keyed<JoinRequest>, driver: SwimDriver): Promise<Keyed<JoinReply>> {
    // Before the newcomer is taken in: it could not talk to anybody here.
    if (request.key) this.#expectSameConfiguredKey(request.key);
    const reply = await driver.handleJoin(request.message);
    if (reply.kind === 'refused') return { message: reply, key: undefined };
    if (request.key) this.#adopt(request.key);
    const key = this.#ownKey();
    this.#options.onAccepted();
    return { message: reply, key };
  }

  #serveSync(request: Keyed<SyncRequest>, driver: SwimDriver): Keyed<SyncReply> {
    const { swim } = this.#options;
    let reply: SyncReply | undefined;
    driver.run(() => {
      const outcome = swim.handleSyncRequest(request.message, this.#runtime.clock.now());
      reply = outcome.reply;
      return outcome.effects;
    });
    if (!reply)
      throw new RpcError('FAILED_PRECONDITION', 'This node does not exchange views with you: the cluster names differ, or it is leaving');
    if (request.key) this.#adopt(request.key);
    return { message: reply, key: this.#ownKey() };
  }

  #takeSyncReply(reply: SyncReply): SyncRequest | undefined {
    const { swim } = this.#options;
    let followUp: SyncRequest | undefined;
    this.#driver?.run(() => {
      const outcome = swim.handleSyncReply(reply, this.#runtime.clock.now());
      followUp = outcome.followUp;
      return outcome.effects;
    });
    return followUp;
  }

  #self(): PingAnswer {
    const { swim, settings } = this.#options;
    const self = swim.node(settings.nodeId);
    if (!self) throw new RpcError('INTERNAL', 'this node does not know itself');
    return { nodeId: self.nodeId, epoch: self.epoch, incarnation: self.incarnation };
  }

  /** The key of this cluster; the node that is asked first makes it. */
  #ownKey(): GossipKey {
    const { cipher } = this.#options;
    if (!cipher.key) cipher.install(createGossipKey());
    return cipher.key as GossipKey;
  }

  #expectSameConfiguredKey(offered: GossipKey): void {
    const { cipher, settings } = this.#options;
    if (!settings.gossipKey || (cipher.key && isSameKey(cipher.key, offered))) return;
    throw new RpcError('FAILED_PRECONDITION', 'The gossip keys of the two nodes differ: set the same gossip.key on all nodes, or on none');
  }

  /** Two nodes that began a cluster at the same time settle on one key, and pass it on to those they know. */
  #adopt(offered: GossipKey): void {
    const { cipher, settings, swim } = this.#options;
    const { key } = cipher;
    if (key && isSameKey(key, offered)) return;
    this.#expectSameConfiguredKey(offered);
    const chosen = key ? preferredKey(key, offered) : offered;
    if (chosen === key) return;
    cipher.install(chosen);
    if (!key) return;
    this.#runtime.logger.info('adopted the gossip key of the other side', { nodeId: settings.nodeId });
    for (const node of swim.nodes()) if (!node.isLocal && node.state !== 'left') void this.sync(node.address);
  }
}

function refusal(seed: string, reply: Extract<JoinReply, { kind: 'refused' }>): RpcError {
  const code =
    reply.reason === 'nameConflict'
      ? 'ALREADY_EXISTS'
      : reply.reason === 'leaving' || reply.reason === 'self'
        ? 'UNAVAILABLE'
        : 'FAILED_PRECONDITION';
  return new RpcError(code, `${seed} refused to take this node in: ${reply.message}`, { details: { reason: reply.reason } });
}

const CONNECT_TIMEOUT_MS = 3_000;
const SYNC_TIMEOUT_MS = 10_000;
/** Nodes talk to random others now and then: connections to them are not kept. */
const IDLE_MS = 10_000;
