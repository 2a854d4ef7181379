import { Packr } from 'msgpackr';
import { type CodecContender, forEachMessage, identity, type MessageCodec } from '../codec-contender.ts';
import { toPlain } from '../to-plain.ts';

/** MessagePack with the keys of every object in every message. */
export const msgpackrPlain: CodecContender = {
  name: 'msgpackr',
  note: 'without records',
  packages: ['msgpackr'],
  role: 'peer',
  messages: forEachMessage(() => codecOf(new Packr({ useRecords: false }))),
};

/** With structures that both sides share already: the best case of a long connection. */
export const msgpackrRecords: CodecContender = {
  name: 'msgpackr records',
  note: 'both sides share the structures from the start',
  packages: ['msgpackr'],
  role: 'peer',
  messages: forEachMessage(() => codecOf(new Packr({ structures: [] }))),
};

function codecOf(packr: Packr): MessageCodec<unknown> {
  return {
    prepare: identity,
    encode: (value) => packr.pack(value),
    decode: (bytes) => packr.unpack(bytes as Buffer),
    toPlain,
  };
}
