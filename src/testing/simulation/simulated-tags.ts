import { createHash } from 'node:crypto';
import type { SwimEffect } from '../../swim/effects.ts';
import type { TagsFetchResult } from '../../swim/tag-exchange.ts';
import { HASH_BYTES, tagsReplyCodec, tagsRequestCodec } from '../../swim/tags-codec.ts';
import { ByteReader } from '../../util/byte-reader.ts';
import { ByteWriter } from '../../util/byte-writer.ts';
import type { Codec } from '../../wire/codec.ts';
import type { NodeSurroundings } from './node-surroundings.ts';
import type { SimulatedNode } from './simulated-node.ts';

/** Carries tags that are too large for announcements between simulated nodes. */
export class SimulatedTags {
  /** How often others asked. */
  questions = 0;
  readonly #node: SimulatedNode;
  readonly #surroundings: NodeSurroundings;
  readonly #apply: (effects: readonly SwimEffect[]) => void;
  readonly #writer = new ByteWriter();

  /** `apply` carries out what the node's engine wants. */
  constructor(node: SimulatedNode, surroundings: NodeSurroundings, apply: (effects: readonly SwimEffect[]) => void) {
    this.#node = node;
    this.#surroundings = surroundings;
    this.#apply = apply;
  }

  /** Asks another node, and tells the engine how that ended. */
  fetch({ token, address, request, timeoutMs }: Extract<SwimEffect, { readonly kind: 'fetchTags' }>): void {
    const report = (result: TagsFetchResult): void =>
      this.#apply(this.#node.swim.handleTagsResult(token, result, this.#surroundings.queue.nowMs));
    const bytes = this.#encode(tagsRequestCodec, request);
    this.#surroundings.call(this.#node, {
      address,
      timeoutMs,
      handle: (server, answer) => server.tags.#answer(bytes, answer),
      onAnswer: (answer) => report({ kind: 'answered', reply: tagsReplyCodec.decode(new ByteReader(answer)) }),
      onFailure: () => report({ kind: 'failed' }),
    });
  }

  #answer(request: Uint8Array, answer: (bytes: Uint8Array) => void): void {
    this.questions += 1;
    const reply = this.#node.swim.handleTagsRequest(tagsRequestCodec.decode(new ByteReader(request)));
    if (reply !== undefined) answer(this.#encode(tagsReplyCodec, reply));
  }

  #encode<T>(codec: Codec<T>, value: T): Uint8Array {
    this.#writer.reset();
    codec.encode(value, this.#writer);
    this.#node.callBytesSent += this.#writer.position;
    return this.#writer.take();
  }
}

/** As real nodes make it. */
export function hashTags(encoded: Uint8Array): string {
  return createHash('sha256')
    .update(encoded)
    .digest('hex')
    .slice(0, 2 * HASH_BYTES);
}
