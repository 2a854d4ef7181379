import { RpcError } from '../errors/rpc-error.ts';
import type { ByteReader } from '../util/byte-reader.ts';
import type { ByteWriter } from '../util/byte-writer.ts';

/** How one type is written and read. Generated code has one for each request, response, stream item and error type. */
export interface Codec<T> {
  /**
   * Appends the value.
   * @throws RpcError `INVALID_ARGUMENT` naming the field when the value does not fit its type; what was written before is dropped by the caller.
   */
  encode(value: T, writer: ByteWriter): void;
  /**
   * Reads one value up to the reader's end. Bytes from newer peers that it does not know are skipped.
   * @throws MalformedBytesError when the bytes are not such a value.
   */
  decode(reader: ByteReader): T;
}

/** Bytes as they are: what raw handlers and raw calls use. Decoding gives a view of the received memory, which belongs to the receiver. */
export const bytesCodec: Codec<Uint8Array> = {
  encode(value, writer) {
    if (!(value instanceof Uint8Array))
      throw new RpcError('INVALID_ARGUMENT', `Expected a Uint8Array, got ${value === null ? 'null' : typeof value}`);
    writer.writeRaw(value);
  },
  decode(reader) {
    return reader.readRest();
  },
};
