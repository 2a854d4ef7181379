import { type CodecContender, identity, type MessageCodec } from '../codec-contender.ts';
import type { Blob, Nested } from '../messages.rpc.ts';

const text: MessageCodec<unknown> = {
  prepare: identity,
  encode: (value) => Buffer.from(JSON.stringify(value)),
  decode: (bytes) => JSON.parse((bytes as Buffer).toString()),
  toPlain: identity,
};

/** JSON as programs use it that know their messages: what it cannot carry is written as text. */
export const json: CodecContender = {
  name: 'JSON',
  note: 'bytes as base64; the 64-bit integer is given to it as text',
  packages: [],
  role: 'peer',
  messages: {
    small: text,
    nested: { ...text, prepare: (message: Nested) => ({ ...message, revision: String(message.revision) }) },
    nums: text,
    objs: text,
    blob: {
      prepare: identity,
      encode: (value) => Buffer.from(JSON.stringify({ data: Buffer.from((value as Blob).data.buffer).toString('base64') })),
      decode: (bytes) => ({ data: Buffer.from(JSON.parse((bytes as Buffer).toString()).data, 'base64') }),
      toPlain: (decoded) => ({ data: new Uint8Array((decoded as Blob).data) }),
    },
  },
};
