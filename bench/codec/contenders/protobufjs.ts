import { createRequire } from 'node:module';
import { type CodecContender, forEachMessage, type MessageCodec } from '../codec-contender.ts';
import { PROTOBUFJS_CODE } from '../generated-paths.ts';
import type { Nested } from '../messages.rpc.ts';
import type { Messages } from '../messages.ts';
import { toPlain } from '../to-plain.ts';

/** A class that `pbjs` generated. */
interface StaticType {
  create(properties: object): object;
  encode(message: object): { finish(): Uint8Array };
  decode(bytes: Uint8Array): object;
}

const types: Readonly<Record<string, StaticType>> = createRequire(import.meta.url)(PROTOBUFJS_CODE.pathname);

const messages: { readonly [Name in keyof Messages]: MessageCodec<unknown> } = forEachMessage((name) =>
  codecOf(types[`${name[0]?.toUpperCase()}${name.slice(1)}`] as StaticType),
);

/** Static code, as `pbjs -t static-module` generates it. */
export const protobufjs: CodecContender = {
  name: 'protobufjs static',
  note: 'the 64-bit integer is given to it as a Long',
  packages: ['protobufjs', 'protobufjs-cli'],
  role: 'peer',
  messages: {
    ...messages,
    nested: {
      ...messages.nested,
      prepare: (message: Nested) => messages.nested.prepare({ ...message, revision: toLong(message.revision) }),
    },
  },
};

function codecOf(type: StaticType): MessageCodec<unknown> {
  return {
    prepare: toPlain,
    encode: (value) => type.encode(value as object).finish(),
    decode: (bytes) => type.decode(bytes),
    toPlain,
  };
}

/** The fields of a `Long`, the class of 64-bit integers that it uses. */
function toLong(value: bigint): object {
  return { low: Number(BigInt.asIntN(32, value)), high: Number(BigInt.asIntN(32, value >> 32n)), unsigned: false };
}
