import fc from 'fast-check';
import { type Field, type Limits, type Scalar, type TypeModel, unwrapAlias } from '../../src/codegen/model/type-model.ts';

/** Values of a type: what its codec takes, and gives back deeply equal. */
export function valuesOf(type: TypeModel, limits: Limits = {}): fc.Arbitrary<unknown> {
  const bare = unwrapAlias(type);
  switch (bare.kind) {
    case 'scalar':
      return scalarValues(bare.scalar, limits);
    case 'literals':
      return fc.constantFrom(...bare.values);
    case 'list':
      return fc.array(valuesOf(bare.item), lengths(limits));
    case 'set':
      return fc.array(valuesOf(bare.item), { maxLength: 5 }).map((items) => new Set(items));
    case 'map':
      return fc.array(fc.tuple(valuesOf(bare.key), valuesOf(bare.value)), { maxLength: 5 }).map((entries) => new Map(entries));
    case 'record':
      return fc
        .array(fc.tuple(fc.oneof(text(), fc.constantFrom('__proto__', 'constructor', '', '0')), valuesOf(bare.value)), { maxLength: 5 })
        .map((entries) => Object.fromEntries(entries));
    case 'tuple': {
      const rest = bare.rest === undefined ? fc.constant<unknown[]>([]) : fc.array(valuesOf(bare.rest), { maxLength: 4 });
      const items: fc.Arbitrary<unknown[]> = fc.tuple(...bare.items.map((item) => valuesOf(item)));
      const missing = fc.nat(bare.items.length - bare.required);
      return fc.tuple(items, rest, missing).map(([first, more, cut]) => tupleValue([first, more, cut], bare.required));
    }
    case 'nullable':
      return fc.option(valuesOf(bare.inner, limits), { nil: null });
    case 'undefinable':
      return fc.option(valuesOf(bare.inner, limits), { nil: undefined });
    case 'choice':
      return fc.oneof(...bare.members.map((member) => valuesOf(member, limits)));
    case 'limited':
      return valuesOf(bare.inner, bare.limits);
    case 'shape': {
      const { body } = bare.shape;
      if (body === undefined) throw new Error(`The shape ${bare.shape.name} has no body`);
      if (body.kind === 'struct') return objectValues(body.fields);
      return fc.oneof(...body.variants.map((variant) => objectValues(variant.fields, [body.discriminant, variant.tag])));
    }
  }
}

function tupleValue([first, more, cut]: [unknown[], unknown[], number], required: number): unknown[] {
  if (more.length > 0) return [...first, ...more];
  const items = first.slice(0, first.length - cut);
  // What is undefined at the end of a tuple is the same as nothing.
  while (items.length > required && items.at(-1) === undefined) items.pop();
  return items;
}

function objectValues(fields: readonly Field[], tag?: readonly [string, unknown]): fc.Arbitrary<unknown> {
  const entries = fields.map(({ name, type, optional }) => {
    const values = valuesOf(type).map((value): [string, unknown][] => (optional && value === undefined ? [] : [[name, value]]));
    return optional ? fc.oneof(fc.constant<[string, unknown][]>([]), values) : values;
  });
  return fc.tuple(...entries).map((parts) => Object.fromEntries(tag === undefined ? parts.flat() : [tag, ...parts.flat()]));
}

function scalarValues(scalar: Scalar, limits: Limits): fc.Arbitrary<unknown> {
  const { min, max } = limits;
  const range = { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
  const isBounded = min !== undefined || max !== undefined;
  switch (scalar) {
    case 'string':
      return text(limits);
    case 'number':
      return fc.double({ ...range, ...(isBounded ? { noNaN: true } : {}) });
    case 'boolean':
      return fc.boolean();
    case 'bytes':
      return fc.oneof(fc.uint8Array(lengths(limits, 40)), fc.uint8Array(lengths({ minLength: 1000, ...limits }, 1100)));
    case 'date':
      return fc.date({ noInvalidDate: true });
    case 'bigint':
      return isBounded ? bigints(min ?? -1e6, max ?? 1e6) : fc.oneof(fc.bigInt(), fc.bigInt({ min: -(2n ** 600n), max: 2n ** 600n }));
    case 'null':
      return fc.constant(null);
    case 'float32':
      return fc.float({ ...range, ...(isBounded ? { noNaN: true } : {}) });
    case 'int64':
      return bigints(min ?? -(2n ** 63n), max ?? 2n ** 63n - 1n);
    case 'uint64':
      return bigints(min ?? 0, max ?? 2n ** 64n - 1n);
    case 'json':
      return json();
    default: {
      const bits = Number(/\d+/u.exec(scalar)?.[0]);
      const low = scalar.startsWith('u') ? 0 : -(2 ** (bits - 1));
      const bounds = { min: Math.max(low, min ?? low), max: Math.min(low + 2 ** bits - 1, max ?? Number.POSITIVE_INFINITY) };
      return fc.oneof(fc.integer(bounds), fc.constantFrom(bounds.min, bounds.max)).map((value) => value + 0);
    }
  }
}

function bigints(min: number | bigint, max: number | bigint): fc.Arbitrary<bigint> {
  const bounds = {
    min: BigInt(typeof min === 'number' ? Math.ceil(min) : min),
    max: BigInt(typeof max === 'number' ? Math.floor(max) : max),
  };
  return fc.oneof(fc.bigInt(bounds), fc.constantFrom(bounds.min, bounds.max));
}

function text(limits: Limits = {}): fc.Arbitrary<string> {
  if (limits.pattern !== undefined) return fc.stringMatching(new RegExp(limits.pattern, 'u'));
  const { minLength = 0, maxLength = 60 } = limits;
  return fc
    .oneof(
      fc.string({ unit: 'grapheme', minLength, maxLength }),
      fc.string({ unit: 'binary', minLength, maxLength }),
      fc.string({ minLength, maxLength }),
    )
    .filter((value) => value.isWellFormed() && value.length >= minLength && value.length <= maxLength);
}

function lengths({ minLength, maxLength }: Limits, most = 8): { minLength?: number; maxLength: number } {
  return { ...(minLength === undefined ? {} : { minLength }), maxLength: maxLength ?? most };
}

/** What `Json` carries; fast-check's own has no NaN and the like. */
function json(): fc.Arbitrary<unknown> {
  return fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constant(null),
      fc.boolean(),
      fc.double(),
      fc.nat(),
      text(),
      fc.array(tie('value'), { maxLength: 4 }),
      fc
        .array(fc.tuple(fc.oneof(text(), fc.constant('__proto__')), tie('value')), { maxLength: 4 })
        .map((entries) => Object.fromEntries(entries)),
    ),
  })).value;
}
