import { Encoder } from 'cbor-x';
import { type CodecContender, forEachMessage, identity, type MessageCodec } from '../codec-contender.ts';
import { toPlain } from '../to-plain.ts';

/** CBOR with the keys of every object in every message. */
export const cborPlain: CodecContender = {
  name: 'cbor-x',
  note: 'without records',
  packages: ['cbor-x'],
  role: 'peer',
  messages: forEachMessage(() => codecOf(new Encoder({ useRecords: false }))),
};

/** With structures that both sides share already: the best case of a long connection. */
export const cborRecords: CodecContender = {
  name: 'cbor-x records',
  note: 'both sides share the structures from the start',
  packages: ['cbor-x'],
  role: 'peer',
  messages: forEachMessage(() => codecOf(new Encoder({ structures: [] }))),
};

function codecOf(encoder: Encoder): MessageCodec<unknown> {
  return {
    prepare: identity,
    encode: (value) => encoder.encode(value),
    decode: (bytes) => encoder.decode(bytes as Buffer),
    toPlain,
  };
}
