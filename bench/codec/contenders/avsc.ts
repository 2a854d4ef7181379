import avro, { type Type } from 'avsc';
import { type CodecContender, identity, type MessageCodec } from '../codec-contender.ts';
import type { Blob, Nested } from '../messages.rpc.ts';
import { toPlain } from '../to-plain.ts';

const address = record('Address', { street: 'string', city: 'string', postalCode: 'string', country: 'string' });
const customer = record('Customer', { name: 'string', email: 'string', address, phones: arrayOf('string') });
const line = record('OrderLine', { sku: 'string', title: 'string', quantity: 'int', price: 'double', discount: ['null', 'double'] });
const item = record('Item', { id: 'int', name: 'string', value: 'double', active: 'boolean' });

/** Avro: no tags, no lengths; a reader must know the writer's schema. */
export const avsc: CodecContender = {
  name: 'avsc',
  note: 'the 64-bit integer is given to it as a number of 53 bits, an absent field as null',
  packages: ['avsc'],
  role: 'peer',
  messages: {
    small: codecOf(record('Small', { id: 'string', name: 'string', email: 'string', age: 'int', score: 'double', active: 'boolean' })),
    nested: {
      ...codecOf(
        record('Nested', {
          id: 'string',
          revision: 'long',
          customer,
          lines: arrayOf(line),
          tags: arrayOf('string'),
          note: ['null', 'string'],
        }),
      ),
      prepare: ({ revision, note, ...rest }: Nested) => ({ ...rest, revision: Number(revision >> 8n), note: note ?? null }),
    },
    nums: codecOf(record('Nums', { values: arrayOf('double') })),
    objs: codecOf(record('Objs', { items: arrayOf(item) })),
    blob: { ...codecOf(record('Blob', { data: 'bytes' })), prepare: ({ data }: Blob) => ({ data: Buffer.from(data.buffer) }) },
  },
};

type Schema = string | object;

function record(name: string, fields: Readonly<Record<string, Schema>>): object {
  return { type: 'record', name, fields: Object.entries(fields).map(([field, type]) => ({ name: field, type })) };
}

function arrayOf(items: Schema): object {
  return { type: 'array', items };
}

function codecOf(schema: object): MessageCodec<unknown> {
  const type: Type = avro.Type.forSchema(schema as avro.Schema);
  return {
    prepare: identity,
    encode: (value) => type.toBuffer(value),
    decode: (bytes) => type.fromBuffer(bytes as Buffer),
    toPlain,
  };
}
