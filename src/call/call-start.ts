import type { Metadata } from '../wire/metadata.ts';

/** How a call is started. */
export interface CallStart {
  /** The request of a unary or server-streaming call. */
  readonly request?: unknown;
  readonly metadata: Metadata;
  /** 0 is no deadline. */
  readonly timeoutMs: number;
}
