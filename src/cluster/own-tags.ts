import { expectTags } from '../swim/limits.ts';
import type { Tags } from '../swim/node-info.ts';

/** The tags of this node as they were set last; the engine may take them over a little later, when they are set from inside a listener. */
export class OwnTags {
  #tags: Tags;
  readonly #publish: (tags: Tags) => void;

  /** `publish` is called with all tags whenever they were changed. */
  constructor(tags: Tags, publish: (tags: Tags) => void) {
    this.#tags = tags;
    this.#publish = publish;
  }

  get(key: string): string | undefined {
    return Object.hasOwn(this.#tags, key) ? this.#tags[key] : undefined;
  }

  /** Sets some and keeps the others. @throws RpcError `INVALID_ARGUMENT` for tags that no node may have; then nothing is changed. */
  update(tags: Tags): void {
    // A text or a list would be taken apart into letters or places.
    expectTags(tags);
    this.#set({ ...this.#tags, ...tags });
  }

  remove(key: string): void {
    const { [key]: _removed, ...rest } = this.#tags;
    this.#set(rest);
  }

  #set(tags: Tags): void {
    expectTags(tags);
    this.#tags = tags;
    this.#publish(tags);
  }
}
