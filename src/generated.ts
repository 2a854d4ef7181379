/**
 * What generated code imports. Programs have no need of it: they import the generated classes, and the rest from `rpcnet`.
 *
 * @packageDocumentation
 */
export { Client, type ClientOptions } from './client.ts';
export { RpcError } from './errors/rpc-error.ts';
export type { CallContext } from './rpc/call-context.ts';
export type { Caller, CallOptions } from './rpc/caller.ts';
export type { MethodRegistration, ServiceRegistration } from './rpc/service.ts';
export { Server, type ServerOptions } from './server.ts';
export type { ByteReader } from './util/byte-reader.ts';
export type { ByteWriter } from './util/byte-writer.ts';
export type { Codec } from './wire/codec.ts';
export type { MethodDescriptor } from './wire/method.ts';
export { readBigint, writeBigint } from './wire/values/bigint.ts';
export { readBoolean, writeBoolean } from './wire/values/boolean.ts';
export { readBytes, writeBytes } from './wire/values/bytes.ts';
export { areDistinctFloats, checkDistinct, isMap, isSet } from './wire/values/collection.ts';
export { readDate, writeDate } from './wire/values/date.ts';
export { emptyCodec } from './wire/values/empty.ts';
export { readFloat32, writeFloat32 } from './wire/values/float32.ts';
export { readInt64, readUint64, writeInt64, writeUint64 } from './wire/values/int64.ts';
export { readSigned, readUnsigned, writeSigned, writeUnsigned } from './wire/values/integer.ts';
export { type Json, readJson, writeJson } from './wire/values/json.ts';
export { outOfLimits, receivedOutOfLimits } from './wire/values/limits.ts';
export { isLiteral, readLiteral, writeLiteral } from './wire/values/literal.ts';
export { mismatch, toDecodeError, toEncodeError, within } from './wire/values/mismatch.ts';
export { readNull, writeNull } from './wire/values/null.ts';
export { readNumber, readNumbers, writeNumber } from './wire/values/number.ts';
export { MORE, readNextPresence, readPresence, skipPresence } from './wire/values/presence.ts';
export { isRecord, setEntry } from './wire/values/record.ts';
export {
  checkReadDepth,
  checkWriteDepth,
  closeStruct,
  enterStruct,
  isList,
  isObject,
  leaveStruct,
  type Mutable,
  openStruct,
  unknownVariant,
} from './wire/values/struct.ts';
export { readText, writeText } from './wire/values/text.ts';
export { checkTupleCount, isTuple, tupleLength } from './wire/values/tuple.ts';
export { createTypedError, hasDetails, type TypedError, type TypedErrorOptions } from './wire/values/typed-error.ts';
