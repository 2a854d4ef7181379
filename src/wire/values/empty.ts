import type { Codec } from '../codec.ts';

/** For requests without parameters and answers without a value: no bytes. Bytes from newer peers are skipped. */
export const emptyCodec: Codec<void> = {
  encode() {},
  decode(reader) {
    reader.skip(reader.remaining);
  },
};
