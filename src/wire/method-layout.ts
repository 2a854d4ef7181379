import { type ByteReader, MalformedBytesError } from '../util/byte-reader.ts';
import type { ByteWriter } from '../util/byte-writer.ts';
import type { Codec } from './codec.ts';
import { type HelloMethod, readMethod, writeMethod } from './hello.ts';
import { MAX_LAYOUT_BYTES } from './limits.ts';
import type { MethodDescriptor, MethodLayout } from './method.ts';

/** What a server tells of one method to a client whose fingerprint of it differs. */
export interface ServedLayout {
  readonly method: HelloMethod;
  /** Absent for raw methods, and for a layout above {@link MAX_LAYOUT_BYTES}. */
  readonly layout: MethodLayout | undefined;
}

const nameCodec: Codec<string> = {
  encode: (name, writer) => writer.writeString(name),
  decode: (reader) => reader.readString(),
};

/** No bytes for a method that the server does not have. */
const layoutCodec: Codec<ServedLayout | undefined> = {
  encode(served, writer) {
    if (served === undefined) return;
    writeMethod(served.method, writer);
    const { layout } = served;
    if (layout !== undefined) writeLayout(layout, writer);
  },
  decode(reader) {
    if (reader.remaining > MAX_LAYOUT_BYTES + MAX_HEAD_BYTES) throw new MalformedBytesError(`a layout of ${reader.remaining} bytes`);
    if (reader.remaining === 0) return undefined;
    const method = readMethod(reader);
    return { method, layout: reader.remaining === 0 ? undefined : readLayout(reader) };
  },
};

/** Asks for the layout of a method by its name. Every server answers it; HELLO does not announce it. */
export const layoutMethod: MethodDescriptor<string, ServedLayout | undefined> = {
  name: 'rpcnet.layout',
  kind: 'unary',
  request: nameCodec,
  response: layoutCodec,
  fingerprint: '',
  idempotent: true,
};

/** The shapes that a layout's messages lead to; undefined when they are above the limit. */
export function reachableShapes({ request, response, error, shapes }: MethodLayout): ReadonlyMap<number, string> | undefined {
  const reached = new Map<number, string>();
  let bytes = 0;
  const queue = [request, response ?? '', error ?? ''];
  for (let text = queue.pop(); text !== undefined; text = queue.pop()) {
    bytes += text.length;
    if (bytes > MAX_LAYOUT_BYTES) return undefined;
    for (const [, digits] of text.matchAll(REFERENCES)) {
      const index = Number(digits);
      const shape = shapes[index];
      if (shape === undefined || reached.has(index)) continue;
      reached.set(index, shape);
      queue.push(shape);
    }
  }
  return reached;
}

function writeLayout(layout: MethodLayout, writer: ByteWriter): void {
  const start = writer.position;
  const shapes = reachableShapes(layout);
  if (shapes === undefined) return;
  writer.writeString(layout.request);
  writer.writeString(layout.response ?? '');
  writer.writeString(layout.error ?? '');
  writer.writeVarint(shapes.size);
  for (const [index, shape] of shapes) {
    writer.writeVarint(index);
    writer.writeString(shape);
  }
  // Outside of ASCII a character takes more bytes than it has UTF-16 units.
  if (writer.position - start > MAX_LAYOUT_BYTES) writer.position = start;
}

/** Shapes keep their numbers, and the gaps between them stay empty. */
function readLayout(reader: ByteReader): MethodLayout {
  const request = reader.readString();
  const response = reader.readString();
  const error = reader.readString();
  const count = reader.readCount(2);
  const shapes: string[] = [];
  for (let i = 0; i < count; i++) {
    const index = reader.readVarint();
    if (index >= MAX_LAYOUT_BYTES) throw new MalformedBytesError(`a layout has no shape ${index}`);
    shapes[index] = reader.readString();
  }
  return { request, ...(response === '' ? {} : { response }), ...(error === '' ? {} : { error }), shapes };
}

/** May find more than there are, inside of quoted names: that only sends a shape too many. */
const REFERENCES = /#(\d+)/gu;

/** Name, kind and fingerprint before the layout. */
const MAX_HEAD_BYTES = 512;
