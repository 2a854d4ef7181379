import type { ErrorCode } from '../errors/codes.ts';
import { fromUnknown } from '../errors/from-unknown.ts';
import { RpcError } from '../errors/rpc-error.ts';
import type { CallContext } from '../rpc/call-context.ts';
import type { RpcServer } from '../rpc/rpc-server.ts';
import type { Runtime } from '../rpc/runtime.ts';
import type { SyncReason } from '../swim/effects.ts';
import type { JoinRefusal, JoinReply, JoinRequest, MemberRecord, SyncReply, SyncRequest, TagsRequest } from '../swim/exchange.ts';
import type { NodeInfo } from '../swim/node-info.ts';
import type { Swim } from '../swim/swim.ts';
import type { ClusterSettings } from './cluster-options.ts';
import { ExchangeQueue } from './exchange-queue.ts';
import type { Expulsion } from './expulsions.ts';
import { InternalCalls } from './internal-calls.ts';
import { joinMethod, type Keyed, type PingAnswer, pingMethod, securityMethod, syncMethod, tagsMethod } from './internal-methods.ts';
import type { NodeSecurity } from './node-security.ts';
import { PeerGuard } from './peer-guard.ts';
import { RepeatedLine } from './repeated-line.ts';
import { NO_SECURITY, type SecurityState } from './security-state.ts';
import { busyPauseMs, ServingRoom } from './serving-room.ts';
import { leftError, type SwimDriver } from './swim-driver.ts';
import { TagsLink } from './tags-link.ts';

/** What a {@link NodeLink} works with. */
export interface NodeLinkOptions {
  readonly server: RpcServer;
  readonly settings: ClusterSettings;
  readonly swim: Swim;
  readonly security: NodeSecurity;
  /** A node joined through this one, or exchanges views with it: they are in one cluster. */
  readonly onAccepted: () => void;
  /** Another node refused this one because of this expulsion. */
  readonly onRefused: (expulsion: Pick<Expulsion, 'version' | 'reason'>) => void;
}

/**
 * The reliable side of the membership: internal calls between nodes, over their ordinary servers, each way with the node's own certificate.
 * Joins and exchanges of views carry the gossip keys, so they are answered only to authorized peers and sent only to verified ones.
 */
export class NodeLink {
  readonly #options: NodeLinkOptions;
  readonly #runtime: Runtime;
  readonly #calls: InternalCalls;
  readonly #guard: PeerGuard;
  readonly #refusals: RepeatedLine;
  readonly #exchanges: ExchangeQueue;
  readonly #joinRoom: ServingRoom;
  readonly #syncRoom: ServingRoom;
  /** Fetches and serves large tags. */
  readonly tags: TagsLink;
  #driver: SwimDriver | undefined;
  /** The address of the seed that took this node in last. */
  #seed: string | undefined;
  /** Addresses that are asked for the part of the view that the join did not bring. */
  readonly #firstExchanges = new Set<string>();
  #isClosed = false;

  constructor(options: NodeLinkOptions) {
    const { server, settings, security } = options;
    this.#options = options;
    this.#runtime = server.runtime;
    const { runtime } = server;
    const { joinTokens, authorize } = settings;
    this.#refusals = new RepeatedLine(runtime.clock);
    this.#guard = new PeerGuard({ joinTokens, authorize, security, clock: runtime.clock, logger: runtime.logger });
    this.#calls = new InternalCalls({ server, settings, security, onRefused: options.onRefused });
    this.#exchanges = new ExchangeQueue({ clock: runtime.clock, random: runtime.random, exchange: (address) => this.#exchange(address) });
    this.#joinRoom = new ServingRoom({ runtime, what: 'joins', capacity: MAX_JOINS_SERVED, retryAfterMs: BUSY_RETRY_MS });
    this.#syncRoom = new ServingRoom({ runtime, what: 'exchanges of views', capacity: MAX_SYNCS_SERVED, retryAfterMs: BUSY_RETRY_MS });
    this.tags = new TagsLink(options.swim, {
      runtime,
      call: (to, method, request) => this.#calls.call(to, method, request),
      run: (call) => this.#driver?.run(call),
    });
  }

  /** Serves the internal methods on the node's server. */
  attach(driver: SwimDriver): void {
    this.#driver = driver;
    const { server, security, settings } = this.#options;
    const guarded =
      <TRequest, TResponse>(handle: (request: TRequest) => TResponse | Promise<TResponse>, nameOf?: (request: TRequest) => string) =>
      (request: never, context: CallContext): TResponse | Promise<TResponse> => {
        this.#guard.check(context, nameOf?.(request));
        if (this.#isClosed) throw leftError();
        return handle(request);
      };
    const join = (request: Keyed<JoinRequest>): Promise<Keyed<JoinReply>> => this.#joinRoom.serve(() => this.#serveJoin(request, driver));
    const sync = (request: Keyed<SyncRequest>): Promise<Keyed<SyncReply>> => this.#syncRoom.serve(() => this.#serveSync(request, driver));
    const tell = ({ message, security: theirs }: Keyed<string>): SecurityState => {
      if (message !== settings.clusterName)
        throw new RpcError('FAILED_PRECONDITION', 'This node does not talk of keys with you: the cluster names differ');
      security.adopt(theirs);
      return security.snapshot();
    };
    const handlers = [
      { method: joinMethod, handle: guarded(join, ({ message }) => message.self.nodeId) },
      { method: syncMethod, handle: guarded(sync, ({ message }) => message.sender.nodeId) },
      { method: tagsMethod, handle: guarded((request: TagsRequest) => this.tags.serve(request)) },
      { method: pingMethod, handle: guarded(() => this.#self()) },
      { method: securityMethod, handle: guarded(tell) },
    ] as const;
    for (const handler of handlers) server.registerMethod({ kind: 'unary', ...handler, isAlwaysTaken: true });
  }

  /** Begins a cluster: makes its gossip key, unless there is one. */
  found(): void {
    this.#options.security.found();
  }

  /** Asks a seed to take this node in. Gives the address by which the seed's node goes. @throws RpcError why it did not. */
  async join(seed: string, timeoutMs: number): Promise<string> {
    const { swim, security } = this.#options;
    const request = { message: swim.createJoinRequest(), security: security.snapshotForSeed() };
    const { message, security: theirs } = await this.#calls.callSeed({ address: seed, timeoutMs }, joinMethod, request);
    const tellEngine = (): void => this.#driver?.run(() => swim.handleJoinReply(message, request.message, this.#runtime.clock.now()));
    if (message.kind === 'refused') {
      tellEngine();
      throw refusal(seed, message);
    }
    this.#expectNotExpelled(message.sender.nodeId);
    if (!theirs.keys) throw new RpcError('INTERNAL', `${seed} took this node in and gave it no gossip key`);
    security.adopt(theirs);
    // It has older ones, and now it is known who it is.
    if (security.isAheadOf(theirs.keys)) this.#exchanges.add(message.sender.address);
    this.#seed = message.sender.address;
    tellEngine();
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
      answer = await this.#calls.call({ address: ping.address, timeoutMs: Math.max(1, ping.timeoutMs) }, pingMethod, undefined);
    } catch (error) {
      this.#runtime.logger.debug('reliable ping failed', { address: ping.address, reason: fromUnknown(error).message });
    }
    const result = answer ? ({ kind: 'answered', ...answer } as const) : ({ kind: 'failed' } as const);
    this.#driver?.run(() => swim.handleReliablePingResult(ping.token, result, this.#runtime.clock.now()));
  }

  /** Tells the node at an address of the gossip keys and of the expelled, and takes over what it knows of them. @throws RpcError why it could not be told. */
  async tellSecurity(address: string): Promise<SecurityState> {
    const { security, settings } = this.#options;
    const request = { message: settings.clusterName, security: security.snapshot() };
    const theirs = await this.#calls.callOnce({ address, timeoutMs: SECURITY_TIMEOUT_MS }, securityMethod, request);
    security.adopt(theirs);
    return theirs;
  }

  /** Closes the connection to an address, if there is one. */
  disconnect(address: string): void {
    this.#calls.disconnect(address);
  }

  /** Passes on what this node has learned of the gossip keys: to all of a small cluster. In a large one those who hear of it pass it on too. */
  exchangeWithSome(): void {
    const { random } = this.#runtime;
    const left = this.#options.swim.nodes().filter(({ isLocal, state }) => !isLocal && (state === 'alive' || state === 'suspect'));
    const chosen: NodeInfo[] = [];
    while (chosen.length < EXCHANGES_TO_PASS_ON && left.length > 0) chosen.push(...left.splice(Math.floor(random.next() * left.length), 1));
    this.#exchanges.addActive(chosen);
  }

  /** Ends every connection to other nodes; what they still ask is refused, so that they find this node gone. */
  close(): void {
    this.#isClosed = true;
    this.#exchanges.close();
    this.#calls.close();
  }

  /**
   * A failure shows in probes, so it is only logged. Gives the milliseconds after which a node that was too busy is to be asked again, if that is why it
   * came to nothing.
   */
  async #exchange(address: string): Promise<number | undefined> {
    const { swim, security } = this.#options;
    const isFirst = this.#firstExchanges.delete(address);
    try {
      let request: SyncRequest | undefined = swim.createSyncRequest();
      for (let messages = 0; request && messages < MAX_MESSAGES; messages++) {
        const { message, security: theirs } = await this.#calls.call({ address, timeoutMs: SYNC_TIMEOUT_MS }, syncMethod, {
          message: request,
          security: security.snapshot(),
        });
        this.#expectNotExpelled(message.sender.nodeId);
        security.adopt(theirs);
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
    const { security } = this.#options;
    security.expectAgreement(request.security.keys);
    const reply = await driver.handleJoin(request.message);
    if (reply.kind === 'refused') return this.#refuseJoin(request.message.self, reply);
    security.adopt(request.security);
    security.found();
    this.#options.onAccepted();
    return { message: reply, security: security.snapshot() };
  }

  #refuseJoin({ nodeId, address }: MemberRecord, reply: JoinReply & { readonly kind: 'refused' }): Keyed<JoinReply> {
    const isLoud = LOUD_REFUSALS.has(reply.reason) && this.#refusals.isLoud(`${reply.reason} ${nodeId}`);
    this.#runtime.logger[isLoud ? 'warn' : 'debug']('a node was not taken in', { nodeId, address, reason: reply.message });
    return { message: reply, security: NO_SECURITY };
  }

  #serveSync(request: Keyed<SyncRequest>, driver: SwimDriver): Keyed<SyncReply> {
    if (this.#isClosed) throw leftError();
    const { swim, security } = this.#options;
    let reply: SyncReply | undefined;
    driver.run(() => {
      const outcome = swim.handleSyncRequest(request.message, this.#runtime.clock.now());
      reply = outcome.reply;
      return outcome.effects;
    });
    if (!reply)
      throw new RpcError('FAILED_PRECONDITION', 'This node does not exchange views with you: the cluster names differ, or it is leaving');
    security.adopt(request.security);
    security.found();
    // Whoever exchanges views with this node knows it, also when its own join was answered too late.
    this.#options.onAccepted();
    return { message: reply, security: security.snapshot() };
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

  /** An address may lead to a node that was expelled since: neither is it believed. */
  #expectNotExpelled(nodeId: string): void {
    if (!this.#options.security.isExpelled(nodeId)) return;
    throw new RpcError('FAILED_PRECONDITION', `Node ${JSON.stringify(nodeId)} answered, which was expelled from the cluster`);
  }

  #self(): PingAnswer {
    const { swim, settings } = this.#options;
    const self = swim.node(settings.nodeId);
    if (!self) throw new RpcError('INTERNAL', 'this node does not know itself');
    return { nodeId: self.nodeId, epoch: self.epoch, incarnation: self.incarnation };
  }
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

/** What somebody has to mend. Conflicts of names are told otherwise; the rest is ordinary: a node may find itself among its seeds. */
const LOUD_REFUSALS: ReadonlySet<JoinRefusal> = new Set(['clusterName', 'protocolVersion', 'full']);

const SYNC_TIMEOUT_MS = 10_000;
const SECURITY_TIMEOUT_MS = 5_000;
/** When each passes news on to so many at random, one of ten million is missed. */
const EXCHANGES_TO_PASS_ON = 16;
/** Answers to exchanges are long, and each compares whole views. */
const MAX_SYNCS_SERVED = 16;
/** A room of its own, so that many nodes can start at once through few seeds while the others exchange views. */
const MAX_JOINS_SERVED = 128;
const BUSY_RETRY_MS = 250;
/** Messages of one exchange: the digest, the records that were wanted, and what a refutation in between adds. */
const MAX_MESSAGES = 4;
