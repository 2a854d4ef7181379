import { ANY_OBJECT, type SchemaField, type SchemaType } from '../../util/schema/schema.ts';
import type { Field, Scalar, TypeModel } from '../model/type-model.ts';
import type { SourceRange } from '../source/source-file.ts';

/** The field that keeps the place of a removed one. It must know what stood there, because old programs still send it. */
export function reservedField(locked: SchemaField, at: SourceRange): Field {
  const reserved = withoutReferences(locked.type);
  return { name: locked.name, type: skippedType(reserved), optional: true, allowsUndefined: true, at, reserved };
}

/** Objects are skipped by their length; what was in them is forgotten with the field, so that no type is kept for it. */
function withoutReferences(type: SchemaType): SchemaType {
  if (type.kind === 'reference' || type.kind === 'struct' || type.kind === 'union') return { kind: 'scalar', name: ANY_OBJECT };
  return type.kind === 'composite' ? { ...type, parts: type.parts.map(withoutReferences) } : type;
}

/** A type whose reader passes over the same bytes. An object has a length before it, as bytes have. */
function skippedType(type: SchemaType): TypeModel {
  switch (type.kind) {
    case 'scalar':
      return { kind: 'scalar', scalar: type.name === ANY_OBJECT ? 'bytes' : (type.name as Scalar) };
    case 'literals':
      return { kind: 'literals', values: type.values };
    case 'composite':
      return skippedComposite(type.name, type.parts);
    default:
      return { kind: 'scalar', scalar: 'bytes' };
  }
}

function skippedComposite(name: string, parts: readonly SchemaType[]): TypeModel {
  const models = parts.map(skippedType);
  const [first = NOTHING, second = NOTHING] = models;
  switch (name) {
    case 'list':
      return { kind: 'list', item: first, readonly: false };
    case 'set':
      return { kind: 'list', item: first, readonly: false };
    case 'map':
      return { kind: 'map', key: first, value: second };
    case 'record':
      return { kind: 'record', value: first };
    case 'tuple':
      return skippedTuple(parts);
    case 'choice':
      return { kind: 'choice', members: models };
    case 'undefinable':
      return { kind: 'undefinable', inner: first };
    default:
      return { kind: 'nullable', inner: first };
  }
}

function skippedTuple(parts: readonly SchemaType[]): TypeModel {
  const unmarked = (part: SchemaType): TypeModel =>
    skippedType(part.kind === 'composite' && (part.name === 'optional' || part.name === 'rest') ? (part.parts[0] ?? part) : part);
  const isMarked = (part: SchemaType, mark: string): boolean => part.kind === 'composite' && part.name === mark;
  const items = parts.filter((part) => !isMarked(part, 'rest'));
  const rest = parts.find((part) => isMarked(part, 'rest'));
  return {
    kind: 'tuple',
    items: items.map(unmarked),
    rest: rest === undefined ? undefined : unmarked(rest),
    required: items.filter((part) => !isMarked(part, 'optional')).length,
  };
}

const NOTHING: TypeModel = { kind: 'scalar', scalar: 'null' };
