import { readFileSync } from 'node:fs';
import { create, createFileRegistry, type DescMessage, type FileRegistry, fromBinary, type Message, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { type CodecContender, forEachMessage, type MessageCodec } from '../codec-contender.ts';
import { DESCRIPTORS } from '../generated-paths.ts';
import type { MessageName } from '../messages.ts';
import { toPlain } from '../to-plain.ts';

const registry: FileRegistry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(DESCRIPTORS)));

/** What `protoc-gen-es` generates is the descriptor of the messages, which is read from a file here; the rest of the library is the same. */
export const protobufEs: CodecContender = {
  name: 'protobuf-es',
  note: 'messages are given to it as instances of its own',
  packages: ['@bufbuild/protobuf'],
  role: 'peer',
  messages: forEachMessage((name) => codecOf(schemaOf(name))),
};

function codecOf(schema: DescMessage): MessageCodec<unknown> {
  return {
    prepare: (message) => create(schema, toPlain(message) as Record<string, unknown>),
    encode: (value) => toBinary(schema, value as Message),
    decode: (bytes) => fromBinary(schema, bytes),
    toPlain,
  };
}

function schemaOf(name: MessageName): DescMessage {
  const typeName = `${name[0]?.toUpperCase()}${name.slice(1)}`;
  const schema = registry.getMessage(typeName);
  if (schema === undefined) throw new Error(`${DESCRIPTORS.pathname} has no message ${typeName}`);
  return schema;
}
