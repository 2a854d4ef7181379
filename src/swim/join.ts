import type { SwimContext } from './context.ts';
import type { JoinRefusal, JoinReply, JoinRequest } from './exchange.ts';
import type { Greeter } from './greeter.ts';
import { type Member, toRecord } from './member.ts';
import type { Membership } from './membership.ts';
import { GOSSIP_VERSION } from './messages.ts';
import type { NameGuard } from './name-guard.ts';
import { compareVersions, isActive } from './precedence.ts';
import type { SelfDefence } from './self-defence.ts';
import { fit, isWorthTelling } from './sync.ts';

/**
 * Joining through a seed. The seed knows the newcomer from then on and tells the others. A name that a live node holds at another address is
 * not given away: the seed asks that node first, so that an answer may take as long as a probe.
 */
export class Join {
  readonly #context: SwimContext;
  readonly #membership: Membership;
  readonly #selfDefence: SelfDefence;
  readonly #nameGuard: NameGuard;
  readonly #greeter: Greeter;
  #hasJoined = false;

  constructor(
    context: SwimContext,
    parts: {
      readonly membership: Membership;
      readonly selfDefence: SelfDefence;
      readonly nameGuard: NameGuard;
      readonly greeter: Greeter;
    },
  ) {
    this.#context = context;
    this.#membership = parts.membership;
    this.#selfDefence = parts.selfDefence;
    this.#nameGuard = parts.nameGuard;
    this.#greeter = parts.greeter;
  }

  createRequest(): JoinRequest {
    const { clusterName, self } = this.#context;
    return { clusterName, minVersion: GOSSIP_VERSION, maxVersion: GOSSIP_VERSION, self: toRecord(self) };
  }

  /** Answers with a `replyJoin` effect, at once or after the owner of the name was asked. */
  handleRequest(request: JoinRequest, token: number, now: number): void {
    const { self, table } = this.#context;
    const held = table.get(request.self.nodeId);
    const reason = this.#refusal(request, held);
    if (reason === 'nameConflict') {
      this.#nameGuard.noteRival(request.self.address, now);
      return this.#refuseName(token, request, self);
    }
    if (reason !== undefined) return this.#refuse(token, reason, request);
    if (held === undefined || !isActive(held.state) || held.address === request.self.address) return this.#accept(request, token, now);
    const owner = { ...held };
    this.#nameGuard.ask(held, (isAnswered) => {
      if (!isAnswered) return this.#accept(request, token, now);
      this.#nameGuard.noteRefused(owner, request.self.address);
      this.#refuseName(token, request, owner);
    });
  }

  /** Takes a seed's answer to a request. A refusal changes nothing, and subscribers are told of a name that is taken: whoever asked decides what to do. */
  handleReply(reply: JoinReply, request: JoinRequest, now: number): void {
    if (this.#context.phase !== 'running') return;
    if (reply.kind === 'refused') {
      if (reply.reason === 'nameConflict' && reply.ownerAddress !== undefined) this.#nameGuard.noteOwner(reply.ownerAddress);
      return;
    }
    const { table, queue } = this.#context;
    const isFirst = !this.#hasJoined;
    this.#hasJoined = true;
    if (reply.epochFloor !== undefined) this.#heed(reply.epochFloor, request);
    for (const record of [reply.sender, ...reply.members]) {
      this.#membership.hearRecord(record, reply.sender.nodeId, now);
      // The cluster knows its members: a newcomer has no news about them.
      if (isFirst && record.nodeId !== this.#context.self.nodeId) queue.forget(record.nodeId);
    }
    const seed = table.get(reply.sender.nodeId);
    if (isFirst) this.#greeter.begin(now, reply.hasMore);
    const isUnsettled = reply.epochFloor !== undefined || (seed !== undefined && !isActive(seed.state));
    if (seed !== undefined && isUnsettled) this.#context.requestSync(seed, 'joined');
    else if (seed !== undefined && reply.hasMore) this.#askForRest(seed, isFirst);
    if (seed !== undefined && seed.epoch === reply.sender.epoch) seed.lastContactMs = now;
  }

  /**
   * Goes above another life. A request may be long under way, and what this node announced meanwhile may reach the seed first: that is this very life, which
   * goes on, and says so in case it was another one after all.
   */
  #heed(epochFloor: number, request: JoinRequest): void {
    const { self } = this.#context;
    if (epochFloor > self.epoch || compareVersions(self, request.self) === 0) this.#selfDefence.goAbove(epochFloor);
    else if (epochFloor === self.epoch) this.#selfDefence.insist();
  }

  /** The first time any member can tell the rest, and the seeds have enough to do; later the seed may be of another part of a cluster that fell apart. */
  #askForRest(seed: Member, isFirst: boolean): void {
    const { table, random, toGreet } = this.#context;
    if (isFirst) this.#context.requestSync(table.sampleActive(1, random, (member) => member !== seed)[0] ?? seed, 'joined');
    else if (toGreet === undefined) this.#context.requestSync(seed, 'joined');
  }

  #refusal(request: JoinRequest, held: Member | undefined): JoinRefusal | undefined {
    const { clusterName, self, phase, isFull } = this.#context;
    if (phase !== 'running') return 'leaving';
    if (request.clusterName !== clusterName) return 'clusterName';
    if (request.minVersion > GOSSIP_VERSION || request.maxVersion < GOSSIP_VERSION) return 'protocolVersion';
    if (request.self.nodeId !== self.nodeId) return isFull && !(held !== undefined && isActive(held.state)) ? 'full' : undefined;
    return request.self.epoch === self.epoch && request.self.address === self.address ? 'self' : 'nameConflict';
  }

  #accept(request: JoinRequest, token: number, now: number): void {
    const { self, table } = this.#context;
    const held = table.get(request.self.nodeId);
    // An equal epoch with a lower incarnation may be another life, or a request that was overtaken: the newcomer can tell.
    const epochFloor = held !== undefined && compareVersions(request.self, held) < 0 ? held.epoch : undefined;
    // Below the floor only the newcomer itself can say which life it will have: it announces that when it has this answer.
    if (epochFloor === undefined) this.#membership.hearRecord(request.self, request.self.nodeId, now);
    const told = [...table.all()].filter((member) => isToTell(member, request.self.nodeId, now));
    const { records, hasMore } = fit(this.#some(told, request.self.nodeId));
    const members = { members: records, hasMore: hasMore || told.length > MAX_TOLD };
    this.#reply(token, { kind: 'accepted', version: GOSSIP_VERSION, sender: toRecord(self), epochFloor, ...members });
  }

  /** All of a small cluster, a random part of a large one: seeds whom many ask at once would have to list everybody to each of them. */
  #some(told: readonly Member[], newcomerId: string): readonly Member[] {
    if (told.length <= MAX_TOLD) return told;
    const own = told.filter((member) => member.nodeId === newcomerId);
    return [
      ...own,
      ...this.#context.table.sampleActive(MAX_TOLD - own.length, this.#context.random, (member) => member.nodeId !== newcomerId),
    ];
  }

  #refuse(token: number, reason: Exclude<JoinRefusal, 'nameConflict'>, request: JoinRequest): void {
    this.#reply(token, { kind: 'refused', reason, message: this.#explain(reason, request) });
  }

  #refuseName(token: number, request: JoinRequest, owner: Member): void {
    const { nodeId, address } = request.self;
    const message = `A live node named ${JSON.stringify(nodeId)} answers at ${owner.address}: give the node at ${address} another nodeId`;
    this.#reply(token, { kind: 'refused', reason: 'nameConflict', message, ownerAddress: owner.address });
  }

  #reply(token: number, reply: JoinReply): void {
    this.#context.push({ kind: 'replyJoin', token, reply });
  }

  #explain(reason: Exclude<JoinRefusal, 'nameConflict'>, request: JoinRequest): string {
    const { clusterName, self, settings } = this.#context;
    const { nodeId } = request.self;
    switch (reason) {
      case 'clusterName':
        return `This is cluster ${JSON.stringify(clusterName)}, not ${JSON.stringify(request.clusterName)}: set the same clusterName on all nodes`;
      case 'protocolVersion':
        return `Expected membership protocol version ${GOSSIP_VERSION}, got ${request.minVersion} to ${request.maxVersion}: update the older side`;
      case 'full':
        return `This cluster has ${settings.maxMembers} members and takes no more: raise maxMembers on all nodes, or let nodes leave`;
      case 'leaving':
        return `Node ${JSON.stringify(self.nodeId)} is leaving: join through another seed`;
      case 'self':
        return `Node ${JSON.stringify(nodeId)} asked itself to join`;
    }
  }
}

/** Members that one answer to a join lists; the newcomer learns of the others by an exchange of views. */
const MAX_TOLD = 64;

/** The newcomer's own entry is sent only when it has to object to it. */
function isToTell(member: Member, newcomerId: string, now: number): boolean {
  return member.nodeId === newcomerId ? member.state !== 'alive' : isWorthTelling(member, now);
}
