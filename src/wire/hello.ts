import type { ByteReader } from '../util/byte-reader.ts';
import { MalformedBytesError } from '../util/byte-reader.ts';
import type { ByteWriter } from '../util/byte-writer.ts';
import { MAX_METHOD_NAME_BYTES, MIN_CREDIT_BYTES } from './limits.ts';
import type { MethodKind } from './method.ts';

/** The protocol name offered in TLS. */
export const ALPN = 'rpcnet/1';

/** The protocol versions this library speaks, within `rpcnet/1`. */
export const VERSIONS = { min: 1, max: 1 } as const;

/** What one side says before anything else: which versions it speaks and what it accepts; a server also names its methods. */
export interface Hello {
  readonly minVersion: number;
  readonly maxVersion: number;
  /** Bits for abilities added later; none is defined yet, unknown ones are ignored. */
  readonly features: number;
  /** The largest message this side accepts. */
  readonly maxMessageBytes: number;
  /** Calls this side serves at once on this connection; 0 from a client. */
  readonly maxCalls: number;
  /** Lanes this side accepts. */
  readonly maxLanes: number;
  /** Bytes the peer may send in one direction of one call before more credit comes. */
  readonly callCreditBytes: number;
  /** The same for all calls of the connection together. */
  readonly connectionCreditBytes: number;
  /** In the order of their index; empty from a client. */
  readonly methods: readonly HelloMethod[];
}

/** A method as the server announces it. */
export interface HelloMethod {
  readonly name: string;
  readonly kind: MethodKind;
  /** 16 hex digits, or empty for raw methods. */
  readonly fingerprint: string;
}

export function writeHello(hello: Hello, writer: ByteWriter): void {
  writer.writeUint32(MAGIC);
  writer.writeUint8(hello.minVersion);
  writer.writeUint8(hello.maxVersion);
  writer.writeVarint(hello.features);
  writer.writeVarint(hello.maxMessageBytes);
  writer.writeVarint(hello.maxCalls);
  writer.writeVarint(hello.maxLanes);
  writer.writeVarint(hello.callCreditBytes);
  writer.writeVarint(hello.connectionCreditBytes);
  writer.writeVarint(hello.methods.length);
  for (const method of hello.methods) writeMethod(method, writer);
}

/** Appends name, kind and fingerprint. */
export function writeMethod(method: HelloMethod, writer: ByteWriter): void {
  writer.writeString(method.name);
  writer.writeUint8(KINDS.indexOf(method.kind));
  writer.writeUint64(method.fingerprint === '' ? 0n : BigInt(`0x${method.fingerprint}`));
}

/** Reads a HELLO; fields appended by later versions are ignored. @throws MalformedBytesError */
export function readHello(reader: ByteReader): Hello {
  if (reader.readUint32() !== MAGIC) throw new MalformedBytesError('the first frame is not a HELLO of RpcNet');
  return {
    minVersion: reader.readUint8(),
    maxVersion: reader.readUint8(),
    features: reader.readVarint(),
    maxMessageBytes: reader.readVarint(),
    maxCalls: reader.readVarint(),
    maxLanes: reader.readVarint(),
    callCreditBytes: readCredit(reader, 'call'),
    connectionCreditBytes: readCredit(reader, 'connection'),
    methods: readMethods(reader),
  };
}

/** The version both speak, or undefined. */
export function commonVersion(peer: Hello): number | undefined {
  const version = Math.min(VERSIONS.max, peer.maxVersion);
  return version >= VERSIONS.min && version >= peer.minVersion ? version : undefined;
}

function readCredit(reader: ByteReader, of: string): number {
  const bytes = reader.readVarint();
  if (bytes < MIN_CREDIT_BYTES) throw new MalformedBytesError(`the ${of} credit of ${bytes} bytes is below ${MIN_CREDIT_BYTES}`);
  return bytes;
}

function readMethods(reader: ByteReader): HelloMethod[] {
  const count = reader.readCount(10);
  const methods: HelloMethod[] = [];
  for (let i = 0; i < count; i++) methods.push(readMethod(reader));
  return methods;
}

/** Reads what {@link writeMethod} wrote. @throws MalformedBytesError */
export function readMethod(reader: ByteReader): HelloMethod {
  const name = reader.readString();
  if (name.length > MAX_METHOD_NAME_BYTES)
    throw new MalformedBytesError(`a method name has ${name.length} characters, the most is ${MAX_METHOD_NAME_BYTES}`);
  const kind = KINDS[reader.readUint8()];
  if (!kind) throw new MalformedBytesError(`method ${name} has an unknown kind`);
  const fingerprint = reader.readUint64();
  return { name, kind, fingerprint: fingerprint === 0n ? '' : fingerprint.toString(16).padStart(16, '0') };
}

const KINDS: readonly MethodKind[] = ['unary', 'serverStreaming', 'clientStreaming', 'bidirectional'];

/** "RPCN", little endian. */
const MAGIC = 0x4e_43_50_52;
