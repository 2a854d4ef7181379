import type { SwimContext } from './context.ts';
import type { TagsReply, TagsRequest } from './exchange.ts';
import { decodeTags, encodeTags, hasCurrentTags } from './large-tags.ts';
import { hasAddress, type Member } from './member.ts';
import type { Tags } from './node-info.ts';
import { isActive } from './precedence.ts';

/** How a fetch of tags ended. */
export type TagsFetchResult =
  | { readonly kind: 'answered'; readonly reply: TagsReply }
  /** `retryAfterMs`: the other side was too busy and said when to come back. */
  | { readonly kind: 'failed'; readonly retryAfterMs?: number };

/**
 * Fetches tags that are too large for announcements, and hands them on to others.
 *
 * What is wanted of a node is in one of two states: due at some time, or asked for. It is given up when the node is gone, or announces others.
 *
 * Who told of the tags is asked first, then who told of them last; after that the owner and any other node by turns. So a change at one node of a thousand
 * is not asked of that node a thousand times. What one node is to be asked for goes into one request. Whoever answers, the hash says whether it is right.
 */
export class TagExchange {
  readonly #context: SwimContext;
  readonly #wants = new Map<string, Want>();
  readonly #fetches = new Map<number, Fetch>();
  #timerAtMs = Number.POSITIVE_INFINITY;
  /** Called with tags that are what their node announced. */
  onTags: (member: Member, tags: Tags, now: number) => void = () => {};

  constructor(context: SwimContext) {
    this.#context = context;
  }

  /** `from` told of a node whose announced tags may not be here. */
  want(member: Member, from: string, now: number): void {
    const { tagsReference } = member;
    if (tagsReference === undefined || hasCurrentTags(member)) return;
    let want = this.#wants.get(member.nodeId);
    if (want?.hash !== tagsReference.hash) {
      const { hash, bytes } = tagsReference;
      want = { nodeId: member.nodeId, hash, bytes, tellers: [], attempts: 0, dueMs: now + GATHER_MS, token: undefined };
      this.#wants.set(member.nodeId, want);
      this.#armAt(want.dueMs, now);
    }
    if (!want.tellers.includes(from)) want.tellers.push(from);
    if (want.tellers.length > MAX_TELLERS) want.tellers.splice(1, 1);
  }

  /** Something is due. */
  tick(now: number): void {
    this.#timerAtMs = Number.POSITIVE_INFINITY;
    this.#pump(now);
  }

  /** The end of a `fetchTags`. Late answers are harmless. */
  handleResult(token: number, result: TagsFetchResult, now: number): void {
    const fetch = this.#fetches.get(token);
    if (fetch === undefined) return;
    this.#fetches.delete(token);
    const found = new Map(result.kind === 'answered' ? result.reply.found.map(({ nodeId, encoded }) => [nodeId, encoded]) : []);
    for (const want of fetch.wants) {
      if (this.#wants.get(want.nodeId) !== want) continue;
      want.token = undefined;
      const answer = { encoded: found.get(want.nodeId), from: fetch.sourceAddress };
      if (!this.#take(want, answer, now)) this.#putOff(want, result, now);
    }
    this.#pump(now);
  }

  /** What this node has of what another wants; undefined when it is of another cluster. */
  answer(request: TagsRequest): TagsReply | undefined {
    const { clusterName, self, table, phase } = this.#context;
    if (request.clusterName !== clusterName || phase === 'idle' || phase === 'stopped') return undefined;
    const found: { nodeId: string; encoded: Uint8Array }[] = [];
    let bytes = 0;
    for (const { nodeId, hash } of request.wanted.slice(0, MAX_BATCH)) {
      const member = nodeId === self.nodeId ? self : table.get(nodeId);
      if (member?.tagsHash !== hash) continue;
      const encoded = encodeTags(member.tags);
      bytes += encoded.length;
      if (bytes > MAX_BATCH_BYTES) break;
      found.push({ nodeId, encoded });
    }
    return { found };
  }

  /** True when nothing more is to be asked for. */
  #take(want: Want, answer: { readonly encoded: Uint8Array | undefined; readonly from: string }, now: number): boolean {
    const member = this.#wantingMember(want);
    const { encoded, from } = answer;
    if (encoded === undefined || member === undefined) return member === undefined;
    const isRight = encoded.length === want.bytes && this.#context.hashTags(encoded) === want.hash;
    const tags = isRight ? decodeTags(encoded) : undefined;
    if (tags === undefined) {
      this.#context.drop('wrongTags', from);
      return false;
    }
    this.#wants.delete(want.nodeId);
    this.onTags(member, tags, now);
    return true;
  }

  #putOff(want: Want, result: TagsFetchResult, now: number): void {
    const { random } = this.#context;
    const backoffMs = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** want.attempts);
    const busyMs = result.kind === 'failed' ? Math.min(MAX_BACKOFF_MS, result.retryAfterMs ?? 0) : 0;
    want.attempts += 1;
    want.dueMs = now + Math.max(backoffMs, busyMs) * (0.75 + random.next() / 2);
  }

  #pump(now: number): void {
    if (this.#context.phase !== 'running') return;
    const asked = new Set([...this.#fetches.values()].map((fetch) => fetch.sourceId));
    for (const want of this.#wants.values()) {
      if (this.#wantingMember(want) === undefined) this.#wants.delete(want.nodeId);
      else if (want.token === undefined && want.dueMs <= now && this.#fetches.size < MAX_FETCHES) this.#begin(want, asked, now);
    }
    this.#arm(now);
  }

  #begin(first: Want, asked: Set<string>, now: number): void {
    const source = this.#sourceOf(first);
    // Its answer brings the next turn.
    if (source === undefined || asked.has(source.nodeId)) return;
    const wants = this.#batch(first, source.nodeId, now);
    const token = this.#context.nextSequence();
    for (const want of wants) want.token = token;
    asked.add(source.nodeId);
    this.#fetches.set(token, { sourceId: source.nodeId, sourceAddress: source.address, wants });
    this.#context.counters.tagFetches += 1;
    const { clusterName } = this.#context;
    const request = { clusterName, wanted: wants.map(({ nodeId, hash }) => ({ nodeId, hash })) };
    this.#context.push({ kind: 'fetchTags', token, nodeId: source.nodeId, address: source.address, request, timeoutMs: TIMEOUT_MS });
  }

  /** Everything that is due and that the same node told of. */
  #batch(first: Want, sourceId: string, now: number): Want[] {
    const wants = [first];
    let bytes = first.bytes;
    for (const want of this.#wants.values()) {
      if (wants.length >= MAX_BATCH || bytes + want.bytes > MAX_BATCH_BYTES) break;
      if (want === first || want.token !== undefined || want.dueMs > now) continue;
      if (!want.tellers.includes(sourceId) && want.nodeId !== sourceId) continue;
      wants.push(want);
      bytes += want.bytes;
    }
    return wants;
  }

  #sourceOf({ nodeId, tellers, attempts }: Want): Member | undefined {
    const { table, random } = this.#context;
    const owner = table.get(nodeId);
    const teller = attempts === 0 ? tellers[0] : attempts === 1 ? tellers.at(-1) : undefined;
    const other = teller === undefined ? undefined : table.get(teller);
    if (other !== undefined && isActive(other.state) && hasAddress(other)) return other;
    const isAnyones = attempts >= 2 && attempts % 2 === 1;
    return (isAnyones ? table.sampleActive(1, random, hasAddress)[0] : undefined) ?? owner;
  }

  /** The member, while it takes part and this is what it announced last. */
  #wantingMember(want: Want): Member | undefined {
    const member = this.#context.table.get(want.nodeId);
    const isWanted = member !== undefined && isActive(member.state) && member.tagsReference?.hash === want.hash && !hasCurrentTags(member);
    return isWanted ? member : undefined;
  }

  #arm(now: number): void {
    let nextMs = Number.POSITIVE_INFINITY;
    // While all turns are taken, or the one to ask is busy, an answer brings the next.
    if (this.#fetches.size < MAX_FETCHES)
      for (const want of this.#wants.values()) if (want.token === undefined && want.dueMs > now) nextMs = Math.min(nextMs, want.dueMs);
    this.#armAt(nextMs, now);
  }

  #armAt(atMs: number, now: number): void {
    if (atMs >= this.#timerAtMs) return;
    this.#timerAtMs = atMs;
    this.#context.timers.set('tags', 0, atMs - now);
  }
}

/** Tags that a node announced and this one lacks. */
interface Want {
  readonly nodeId: string;
  readonly hash: string;
  readonly bytes: number;
  /** Who told of them: the first, and the last few. */
  readonly tellers: string[];
  attempts: number;
  dueMs: number;
  /** Of the fetch that is to bring them. */
  token: number | undefined;
}

interface Fetch {
  readonly sourceId: string;
  readonly sourceAddress: string;
  readonly wants: readonly Want[];
}

/** News that comes together is asked for together. */
const GATHER_MS = 10;
const MAX_TELLERS = 4;
/** Nodes that are asked at the same time; each only once at a time. */
const MAX_FETCHES = 4;
/** Of one request: nodes, and bytes of the answer. */
const MAX_BATCH = 64;
const MAX_BATCH_BYTES = 256 * 1024;
const TIMEOUT_MS = 3_000;
const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 30_000;
