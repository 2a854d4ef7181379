import type { ErrorCode } from '../errors/codes.ts';
import { fromUnknown } from '../errors/from-unknown.ts';
import { RpcError } from '../errors/rpc-error.ts';
import type { CallContext } from '../rpc/call-context.ts';
import type { RpcClientOptions } from '../rpc/client-options.ts';
import type { RpcServer } from '../rpc/rpc-server.ts';
import type { Runtime } from '../rpc/runtime.ts';
import type { ServerSettings } from '../rpc/server-options.ts';
import type { SyncReason } from '../swim/effects.ts';
import type { JoinRefusal, JoinReply, JoinRequest, SyncReply, SyncRequest } from '../swim/exchange.ts';
import type { Swim } from '../swim/swim.ts';
import type { MethodDescriptor } from '../wire/method.ts';
import type { ClusterSettings } from './cluster-options.ts';
import { ConnectionPool } from './connection-pool.ts';
import { ExchangeQueue } from './exchange-queue.ts';
import { followIdentity } from './followed-identity.ts';
import type { GossipCipher } from './gossip-cipher.ts';
import { createGossipKey, type GossipKey, isSameKey, preferredKey } from './gossip-key.ts';
import { joinMethod, type Keyed, type PingAnswer, pingMethod, syncMethod } from './internal-methods.ts';
import { JOIN_TOKEN_KEY, PeerGuard } from './peer-guard.ts';
import { busyPauseMs, ServingRoom } from './serving-room.ts';
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
  readonly #exchanges: ExchangeQueue;
  readonly #joinRoom: ServingRoom;
  readonly #syncRoom: ServingRoom;
  #driver: SwimDriver | undefined;
  /** The address of the seed that took this node in last. */
  #seed: string | undefined;
  /** Addresses that are asked for the part of the view that the join did not bring. */
  readonly #firstExchanges = new Set<string>();
  #isClosed = false;

  constructor(options: NodeLinkOptions) {
    const { server, settings } = options;
    this.#options = options;
    this.#runtime = server.runtime;
    this.#guard = new PeerGuard(settings.joinToken);
    const { runtime } = server;
    this.#pool = new ConnectionPool({
      transport: server.transport,
      runtime,
      client: followIdentity(server, (present) => ({
        ...nodeIdentity(settings.tls, present),
        whenDisconnected: 'fail',
        connectTimeoutMs: CONNECT_TIMEOUT_MS,
      })),
      idleMs: IDLE_MS,
    });
    this.#exchanges = new ExchangeQueue({ clock: runtime.clock, random: runtime.random, exchange: (address) => this.#exchange(address) });
    this.#joinRoom = new ServingRoom({ runtime, what: 'joins', capacity: MAX_JOINS_SERVED, retryAfterMs: BUSY_RETRY_MS });
    this.#syncRoom = new ServingRoom({ runtime, what: 'exchanges of views', capacity: MAX_SYNCS_SERVED, retryAfterMs: BUSY_RETRY_MS });
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
      handle: guarded((request: Keyed<JoinRequest>) => this.#joinRoom.serve(() => this.#serveJoin(request, driver))),
      isAlwaysTaken: true,
    });
    server.registerMethod({
      kind: 'unary',
      method: syncMethod,
      handle: guarded((request: Keyed<SyncRequest>) => this.#syncRoom.serve(() => this.#serveSync(request, driver))),
      isAlwaysTaken: true,
    });
    server.registerMethod({ kind: 'unary', method: pingMethod, handle: guarded(() => this.#self()), isAlwaysTaken: true });
  }

  /** Begins a cluster: makes its gossip key, unless there is one. */
  found(): void {
    this.#ownKey();
  }

  /** Asks a seed to take this node in. Gives the address by which the seed's node goes. @throws RpcError why it did not. */
  async join(seed: string, timeoutMs: number): Promise<string> {
    const { swim, cipher } = this.#options;
    const { message, key } = await this.#call({ address: seed, timeoutMs }, joinMethod, {
      message: swim.createJoinRequest(),
      key: cipher.key,
    });
    if (message.kind === 'refused') {
      this.#driver?.run(() => swim.handleJoinReply(message, this.#runtime.clock.now()));
      throw refusal(seed, message);
    }
    if (!key) throw new RpcError('INTERNAL', `${seed} took this node in and gave it no gossip key`);
    this.#adopt(key);
    this.#seed = message.sender.address;
    this.#driver?.run(() => swim.handleJoinReply(message, this.#runtime.clock.now()));
    return message.sender.address;
  }

  /** Exchanges views with the node at an address, when its turn comes. */
  sync(address: string, reason: SyncReason): void {
    if (reason === 'joined') this.#firstExchanges.add(address);
    this.#exchanges.add(address);
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
    this.#exchanges.close();
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

  /**
   * A failure shows in probes, so it is only logged. Gives the milliseconds after which a node that was too busy is to be asked again, if that is why it
   * came to nothing.
   */
  async #exchange(address: string): Promise<number | undefined> {
    const { swim, cipher } = this.#options;
    const isFirst = this.#firstExchanges.delete(address);
    try {
      let request: SyncRequest | undefined = swim.createSyncRequest();
      for (let messages = 0; request && messages < MAX_MESSAGES; messages++) {
        const { message, key } = await this.#call({ address, timeoutMs: SYNC_TIMEOUT_MS }, syncMethod, {
          message: request,
          key: cipher.key,
        });
        if (key) this.#adopt(key);
        request = this.#takeSyncReply(message);
      }
      return undefined;
    } catch (thrown) {
      const error = fromUnknown(thrown);
      this.#runtime.logger.debug('exchange of views failed', { address, reason: error.message });
      // Without it this node would know only a part of the cluster until the next round; the seed was there a moment ago.
      if (isFirst && this.#seed !== undefined && this.#seed !== address) this.#exchanges.add(this.#seed);
      return busyPauseMs(error, this.#runtime.random);
    }
  }

  async #serveJoin(request: Keyed<JoinRequest>, driver: SwimDriver): Promise<Keyed<JoinReply>> {
    if (this.#isClosed) throw leftError();
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
    if (this.#isClosed) throw leftError();
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
    this.#exchanges.addActive(swim.nodes());
  }
}

/** What this node shows and whom it trusts: what its options say, and else what its server has now. */
function nodeIdentity(tls: ClusterSettings['tls'], present: ServerSettings): RpcClientOptions {
  const { cert = present.cert, key = present.key, ca = present.ca, serverName } = tls;
  return { cert, key, ...(ca === undefined ? {} : { ca }), ...(serverName === undefined ? {} : { serverName }) };
}

function refusal(seed: string, reply: Extract<JoinReply, { kind: 'refused' }>): RpcError {
  const { reason, message, ownerAddress } = reply;
  const details = ownerAddress === undefined ? { reason } : { reason, ownerAddress };
  return new RpcError(REFUSAL_CODES[reason], `${seed} refused to take this node in: ${message}`, { details });
}

const REFUSAL_CODES: Readonly<Record<JoinRefusal, ErrorCode>> = {
  clusterName: 'FAILED_PRECONDITION',
  protocolVersion: 'FAILED_PRECONDITION',
  nameConflict: 'ALREADY_EXISTS',
  leaving: 'UNAVAILABLE',
  self: 'UNAVAILABLE',
  full: 'RESOURCE_EXHAUSTED',
};

const CONNECT_TIMEOUT_MS = 3_000;
const SYNC_TIMEOUT_MS = 10_000;
/** Nodes talk to random others now and then: connections to them are not kept. */
const IDLE_MS = 10_000;
/** Answers to exchanges are long, and each compares whole views. */
const MAX_SYNCS_SERVED = 16;
/** A room of its own, so that many nodes can start at once through few seeds while the others exchange views. */
const MAX_JOINS_SERVED = 128;
const BUSY_RETRY_MS = 250;
/** Messages of one exchange: the digest, the records that were wanted, and what a refutation in between adds. */
const MAX_MESSAGES = 4;
