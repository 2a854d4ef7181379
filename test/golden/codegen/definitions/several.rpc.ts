import type { Service, Stream } from '../../../../src/index.ts';

/** Two services in one file. */
export interface HTTPProxy extends Service {
  fetch(url: string): Promise<string>;
}

export interface ImageResizer2Service extends Service {
  resize(chunks: Stream<Uint8Array>): Stream<Uint8Array>;
}
