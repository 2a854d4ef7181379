import { hashText } from '../util/hash-text.ts';
import type { SwimContext } from './context.ts';
import type { DigestEntry, MemberRecord, SyncReply, SyncRequest } from './exchange.ts';
import { recordBytes } from './exchange-codec.ts';
import { type Member, toRecord } from './member.ts';
import type { Membership } from './membership.ts';
import { compareVersions, isActive, supersedes } from './precedence.ts';
import type { SelfDefence } from './self-defence.ts';

/**
 * The exchange of views over the reliable transport: what gossip may have missed is found by comparing digests, and only the differences travel.
 *
 * 1. A sends a digest of what it holds (id, epoch, incarnation, state of each member, itself included).
 * 2. B objects to what A says about B, takes A's own record, and answers with the records that A lacks or has older, and the ids that it wants.
 * 3. A takes them, objects to what B says about A, and sends the wanted records.
 *
 * Above {@link PAGE_SIZE} members an exchange covers one page of them, by the hash of the id; the pages take turns.
 */
export class Sync {
  readonly #context: SwimContext;
  readonly #membership: Membership;
  readonly #selfDefence: SelfDefence;
  #turn = 0;

  constructor(context: SwimContext, parts: { readonly membership: Membership; readonly selfDefence: SelfDefence }) {
    this.#context = context;
    this.#membership = parts.membership;
    this.#selfDefence = parts.selfDefence;
  }

  /** A round is due: exchanges views with a random member. */
  tick(): void {
    this.schedule(1);
    const [partner] = this.#context.table.sampleActive(1, this.#context.random);
    if (partner !== undefined) this.#context.requestSync(partner, 'antiEntropy');
  }

  /** Asks for the next round after this part of the interval. */
  schedule(share: number): void {
    const { timers, settings, clusterSize } = this.#context;
    if (settings.syncIntervalMs > 0) timers.set('sync', 0, settings.syncIntervalMs * syncScale(clusterSize) * share);
  }

  createRequest(): SyncRequest {
    const { clusterName, self, table } = this.#context;
    const pages = Math.max(1, Math.ceil((table.size + 1) / PAGE_SIZE));
    const page = this.#turn++ % pages;
    const digest = this.#onPage(page, pages).map(toDigestEntry);
    return { clusterName, sender: toRecord(self), page, pages, digest, records: [] };
  }

  /** Undefined when the other side is of another cluster, or this node is going. */
  handleRequest(request: SyncRequest, now: number): SyncReply | undefined {
    const { clusterName, self, phase, counters } = this.#context;
    if (request.clusterName !== clusterName || phase !== 'running' || request.sender.nodeId === self.nodeId) return undefined;
    counters.syncs += 1;
    const about = request.digest?.find((entry) => entry.nodeId === self.nodeId);
    if (about !== undefined) this.#selfDefence.hear({ ...about, address: '', gossipAddress: '' }, now);
    this.#membership.hearRecord(request.sender, request.sender.nodeId, now);
    for (const record of request.records) this.#membership.hearRecord(record, request.sender.nodeId, now);
    this.#noteContact(request.sender, now);
    if (request.digest === undefined) return { sender: toRecord(self), records: [], wanted: [], hasMore: false };
    return this.#answer(request.digest, request, now);
  }

  /** Takes the answer; the result is the last message, if one is needed. */
  handleReply(reply: SyncReply, now: number): SyncRequest | undefined {
    const { clusterName, self, table } = this.#context;
    if (this.#context.phase !== 'running' || reply.sender.nodeId === self.nodeId) return undefined;
    const before = { epoch: self.epoch, incarnation: self.incarnation };
    this.#membership.hearRecord(reply.sender, reply.sender.nodeId, now);
    for (const record of reply.records) this.#hearAnswered(record, reply.sender.nodeId, now);
    this.#noteContact(reply.sender, now);
    // A node that takes no more members in would ask for the same ones for ever.
    if (reply.hasMore && reply.records.length > 0 && !this.#context.isFull) this.#askAgain(reply.sender);
    const wanted = reply.wanted.map((nodeId) => table.get(nodeId)).filter((member) => member !== undefined);
    if (wanted.length === 0 && compareVersions(self, before) === 0) return undefined;
    const { records, hasMore } = fit(wanted);
    // The last message has no answer that could ask for the rest: the next exchange finds it.
    if (hasMore) this.#askAgain(reply.sender);
    return { clusterName, sender: toRecord(self), page: 0, pages: 1, digest: undefined, records };
  }

  #answer(digest: readonly DigestEntry[], request: SyncRequest, now: number): SyncReply {
    const { self, table, isFull } = this.#context;
    const listed = new Set<string>();
    const better: Member[] = [];
    const wanted: string[] = [];
    for (const entry of digest) {
      listed.add(entry.nodeId);
      const held = table.get(entry.nodeId);
      if (entry.nodeId === self.nodeId) continue;
      if (held === undefined ? isActive(entry.state) && !isFull : isBehind(held, entry)) wanted.push(entry.nodeId);
      else if (held !== undefined && supersedes(held, entry)) better.push(held);
    }
    for (const member of this.#onPage(request.page, request.pages)) {
      if (member !== self && !listed.has(member.nodeId) && isWorthTelling(member, now)) better.push(member);
    }
    const { records, hasMore } = fit(better);
    return { sender: toRecord(self), records, wanted: wanted.filter((nodeId) => nodeId !== request.sender.nodeId), hasMore };
  }

  /** A page of all that is held, this node included. */
  #onPage(page: number, pages: number): Member[] {
    const all = [this.#context.self, ...this.#context.table.all()];
    return pages === 1 ? all : all.filter((member) => hashText(member.nodeId) % pages === page);
  }

  /** What a newcomer is told the cluster knows: it has no news in that. */
  #hearAnswered(record: MemberRecord, from: string, now: number): void {
    const isNew = this.#context.table.get(record.nodeId) === undefined;
    this.#membership.hearRecord(record, from, now);
    if (isNew && this.#context.toGreet !== undefined) this.#context.queue.forget(record.nodeId);
  }

  /** Another exchange about the same page. */
  #askAgain(sender: MemberRecord): void {
    if (this.#turn > 0) this.#turn -= 1;
    const member = this.#context.table.get(sender.nodeId);
    if (member !== undefined) this.#context.requestSync(member, 'antiEntropy');
  }

  #noteContact(sender: MemberRecord, now: number): void {
    const member = this.#context.table.get(sender.nodeId);
    if (member !== undefined && member.epoch === sender.epoch) member.lastContactMs = now;
  }
}

/** How many times longer the interval is in a cluster of this size: 1 up to 32 nodes, one more for each doubling. */
export function syncScale(clusterSize: number): number {
  return clusterSize <= 32 ? 1 : Math.ceil(Math.log2(clusterSize) - 5) + 1;
}

/** As many records as fit one message, alive members first. */
export function fit(members: readonly Member[]): { readonly records: MemberRecord[]; readonly hasMore: boolean } {
  const records: MemberRecord[] = [];
  let bytes = 0;
  const first = members.filter((member) => member.state === 'alive');
  const rest = members.filter((member) => member.state !== 'alive');
  for (const member of [...first, ...rest]) {
    const record = toRecord(member);
    bytes += recordBytes(record);
    if (bytes > MAX_REPLY_BYTES) return { records, hasMore: true };
    records.push(record);
  }
  return { records, hasMore: false };
}

/**
 * Whether somebody who does not know a member should hear of it. Ends are passed on only by those who knew the node, and for a short time: else nodes
 * that forget them would learn them again from each other for ever.
 */
export function isWorthTelling(member: Member, now: number): boolean {
  return isActive(member.state) || (member.isAnnounced && now - member.stateSinceMs < FRESH_END_MS);
}

function isBehind(held: Member, entry: DigestEntry): boolean {
  if (supersedes(entry, held)) return true;
  return (
    compareVersions(entry, { epoch: held.detailsEpoch, incarnation: held.detailsIncarnation }) > 0 && compareVersions(entry, held) === 0
  );
}

function toDigestEntry(member: Member): DigestEntry {
  const { nodeId, epoch, incarnation, state } = member;
  return { nodeId, epoch, incarnation, state };
}

/** Members one digest lists. */
export const PAGE_SIZE = 4096;

const FRESH_END_MS = 60_000;
const MAX_REPLY_BYTES = 256 * 1024;
