import { setTimeout as sleep } from 'node:timers/promises';
import type { InferenceEvent, PromptRequest } from './generated/inference/index.ts';

/** What a stream of tokens depends on. */
export interface Generation {
  readonly label: string;
  /** Changes while the stream runs: a failed worker breaks off, a closing one finishes the prompt it is at. */
  readonly state: { readonly isFailed: boolean; readonly isClosing: boolean };
  readonly tokenIntervalMs: number;
  /** Aborts when the client has gone: nobody wants the tokens any more. */
  readonly signal: AbortSignal;
}

/** Answers prompts with tokens, one at a time. A stand-in for a model: the text of a token says which one it is. */
export async function* generateTokens(prompts: AsyncIterable<PromptRequest>, generation: Generation): AsyncGenerator<InferenceEvent> {
  const { label, state, tokenIntervalMs, signal } = generation;
  yield { kind: 'connected', workerLabel: label };
  for await (const { prompt, firstSequence, tokenCount } of prompts) {
    for (let sequence = firstSequence; sequence < firstSequence + tokenCount; sequence++) {
      await sleep(tokenIntervalMs, undefined, { signal });
      if (state.isFailed) return yield { kind: 'error', message: `${label} simulates a failure` };
      yield { kind: 'token', text: `token-${sequence}`, sequence };
    }
    yield { kind: 'done', prompt };
    if (state.isClosing) return;
  }
}
