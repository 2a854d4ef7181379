import type { SwimEffect } from '../../swim/effects.ts';
import { joinReplyCodec, joinRequestCodec, syncReplyCodec, syncRequestCodec } from '../../swim/exchange-codec.ts';
import type { ReliablePingResult } from '../../swim/prober.ts';
import { ByteReader } from '../../util/byte-reader.ts';
import { ByteWriter } from '../../util/byte-writer.ts';
import type { Codec } from '../../wire/codec.ts';
import type { NodeSurroundings } from './node-surroundings.ts';
import type { SimulatedNode } from './simulated-node.ts';

/** Carries reliable pings, joins and exchanges of views between simulated nodes. */
export class SimulatedExchanges {
  readonly #node: SimulatedNode;
  readonly #surroundings: NodeSurroundings;
  readonly #apply: (effects: readonly SwimEffect[]) => void;
  readonly #writer = new ByteWriter();
  readonly #joinAnswers = new Map<number, (bytes: Uint8Array) => void>();
  #nextToken = 1;

  /** `apply` carries out what the node's engine wants. */
  constructor(node: SimulatedNode, surroundings: NodeSurroundings, apply: (effects: readonly SwimEffect[]) => void) {
    this.#node = node;
    this.#surroundings = surroundings;
    this.#apply = apply;
  }

  /** Newcomers that were not answered yet. */
  get joinsUnderWay(): number {
    return this.#joinAnswers.size;
  }

  /** Asks the node at an address who it is. */
  ping({ token, address, timeoutMs }: Extract<SwimEffect, { readonly kind: 'sendReliablePing' }>): void {
    const report = (result: ReliablePingResult): void => this.#apply(this.#node.swim.handleReliablePingResult(token, result, this.#now));
    this.#surroundings.call(this.#node, {
      address,
      timeoutMs,
      handle: (server, answer) => answer(this.#encode(joinRequestCodec, server.swim.createJoinRequest())),
      onAnswer: (bytes) => report({ kind: 'answered', ...joinRequestCodec.decode(new ByteReader(bytes)).self }),
      onFailure: () => report({ kind: 'failed' }),
    });
  }

  /** Asks some of the seeds to take the node in; those that it sees alive only while it is alone. */
  joinSeeds(reason: 'start' | 'alone' | 'periodic'): void {
    const { swim, seeds, address: own } = this.#node;
    const alive = new Set(reason === 'periodic' ? swim.nodes().flatMap((node) => (node.state === 'alive' ? [node.address] : [])) : []);
    const addresses = seeds.map((nodeId) => this.#surroundings.resolve(nodeId)).filter((address) => address !== undefined);
    const targets = addresses.filter((address) => address !== own && !alive.has(address));
    for (const address of targets.slice(0, SEEDS_AT_ONCE)) {
      const request = swim.createJoinRequest();
      const sent = this.#encode(joinRequestCodec, request);
      this.#surroundings.call(this.#node, {
        address,
        timeoutMs: CALL_TIMEOUT_MS,
        handle: (server, answer) => server.exchanges.#answerJoin(sent, answer),
        onAnswer: (bytes) => this.#apply(swim.handleJoinReply(joinReplyCodec.decode(new ByteReader(bytes)), request, this.#now)),
        onFailure: () => {},
      });
    }
  }

  /** Answers a newcomer. */
  replyJoin({ token, reply }: Extract<SwimEffect, { readonly kind: 'replyJoin' }>): void {
    this.#joinAnswers.get(token)?.(this.#encode(joinReplyCodec, reply));
    this.#joinAnswers.delete(token);
  }

  /** Exchanges views with the node at an address. */
  sync(address: string): void {
    this.#sync(address, this.#encode(syncRequestCodec, this.#node.swim.createSyncRequest()));
  }

  #answerJoin(request: Uint8Array, answer: (bytes: Uint8Array) => void): void {
    const token = this.#nextToken++;
    this.#joinAnswers.set(token, answer);
    this.#apply(this.#node.swim.handleJoinRequest(joinRequestCodec.decode(new ByteReader(request)), token, this.#now));
  }

  #sync(address: string, request: Uint8Array): void {
    this.#surroundings.call(this.#node, {
      address,
      timeoutMs: CALL_TIMEOUT_MS,
      handle: (server, answer) => server.exchanges.#answerSync(request, answer),
      onAnswer: (bytes) => {
        const { followUp, effects } = this.#node.swim.handleSyncReply(syncReplyCodec.decode(new ByteReader(bytes)), this.#now);
        this.#apply(effects);
        if (followUp !== undefined) this.#sync(address, this.#encode(syncRequestCodec, followUp));
      },
      onFailure: () => {},
    });
  }

  #answerSync(request: Uint8Array, answer: (bytes: Uint8Array) => void): void {
    const { reply, effects } = this.#node.swim.handleSyncRequest(syncRequestCodec.decode(new ByteReader(request)), this.#now);
    this.#apply(effects);
    if (reply !== undefined) answer(this.#encode(syncReplyCodec, reply));
  }

  #encode<T>(codec: Codec<T>, value: T): Uint8Array {
    this.#writer.reset();
    codec.encode(value, this.#writer);
    this.#node.callBytesSent += this.#writer.position;
    return this.#writer.take();
  }

  get #now(): number {
    return this.#surroundings.queue.nowMs;
  }
}

const SEEDS_AT_ONCE = 3;
const CALL_TIMEOUT_MS = 2000;
