/** What `generate.ts` makes for the peers, seen from the folder that the compiled benchmark is run in. */
const GENERATED = new URL('../../../codec/generated/', import.meta.url);

/** Static code of protobufjs, a CommonJS module. */
export const PROTOBUFJS_CODE: URL = new URL('protobufjs.cjs', GENERATED);

/** The descriptors of `messages.proto`, as protoc writes them. */
export const DESCRIPTORS: URL = new URL('descriptors.binpb', GENERATED);
