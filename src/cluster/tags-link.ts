import { fromUnknown } from '../errors/from-unknown.ts';
import { RpcError } from '../errors/rpc-error.ts';
import type { Runtime } from '../rpc/runtime.ts';
import type { SwimEffect } from '../swim/effects.ts';
import type { TagsReply, TagsRequest } from '../swim/exchange.ts';
import type { Swim } from '../swim/swim.ts';
import type { TagsFetchResult } from '../swim/tag-exchange.ts';
import type { MethodDescriptor } from '../wire/method.ts';
import { tagsMethod } from './internal-methods.ts';
import { busyPauseMs, ServingRoom } from './serving-room.ts';

/** How the tags of other nodes get here. */
export interface TagsLinkOptions {
  readonly runtime: Runtime;
  /** Makes an internal call. */
  call<TRequest, TResponse>(
    to: { readonly address: string; readonly timeoutMs: number },
    method: MethodDescriptor<TRequest, TResponse>,
    request: TRequest,
  ): Promise<TResponse>;
  /** Runs a call of the engine. */
  run(call: () => readonly SwimEffect[]): void;
}

/** Carries tags that are too large for announcements, as internal calls. They are served in a room of their own, so that joins do not wait for them. */
export class TagsLink {
  readonly #swim: Swim;
  readonly #options: TagsLinkOptions;
  readonly #room: ServingRoom;

  constructor(swim: Swim, options: TagsLinkOptions) {
    this.#swim = swim;
    this.#options = options;
    const { runtime } = options;
    this.#room = new ServingRoom({ runtime, what: 'questions for tags', capacity: MAX_SERVED, retryAfterMs: BUSY_RETRY_MS });
  }

  /** Asks the node at an address for tags, and tells the engine how that ended. Never rejects. */
  async fetch({ token, address, request, timeoutMs }: Extract<SwimEffect, { readonly kind: 'fetchTags' }>): Promise<void> {
    const { runtime } = this.#options;
    let result: TagsFetchResult;
    try {
      result = { kind: 'answered', reply: await this.#options.call({ address, timeoutMs }, tagsMethod, request) };
    } catch (thrown) {
      const error = fromUnknown(thrown);
      runtime.logger.debug('fetching tags failed', { address, reason: error.message });
      const retryAfterMs = busyPauseMs(error, runtime.random);
      result = { kind: 'failed', ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
    }
    this.#options.run(() => this.#swim.handleTagsResult(token, result, runtime.clock.now()));
  }

  /** Answers another node. @throws RpcError `RESOURCE_EXHAUSTED` when too many ask, `FAILED_PRECONDITION` for a node of another cluster. */
  serve(request: TagsRequest): Promise<TagsReply> {
    return this.#room.serve(() => {
      const reply = this.#swim.handleTagsRequest(request);
      if (reply) return reply;
      throw new RpcError('FAILED_PRECONDITION', 'This node gives you no tags: the cluster names differ, or it has left');
    });
  }
}

/** An answer has up to 256 KiB. */
const MAX_SERVED = 16;
const BUSY_RETRY_MS = 250;
