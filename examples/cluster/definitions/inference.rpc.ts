import type { Service, Stream } from 'rpcnet';

/** Asks for tokens. Several prompts can follow each other on one stream. */
export interface PromptRequest {
  prompt: string;
  /** The number of the first token wanted. A client that lost its worker goes on from here with another one. */
  firstSequence: number;
  tokenCount: number;
}

/** The first event of every stream. */
export interface Connected {
  kind: 'connected';
  workerLabel: string;
}

/** One more token. */
export interface Token {
  kind: 'token';
  text: string;
  sequence: number;
}

/** The worker cannot go on; the stream ends here. */
export interface GenerationError {
  kind: 'error';
  message: string;
}

/** A prompt is complete; the next one may follow. */
export interface Done {
  kind: 'done';
  prompt: string;
}

/** What a worker streams back. */
export type InferenceEvent = Connected | Token | GenerationError | Done;

/** A stand-in for a language model. */
export interface InferenceService extends Service {
  /** Streams tokens for each prompt, in order. */
  generate(prompts: Stream<PromptRequest>): Stream<InferenceEvent>;
}
