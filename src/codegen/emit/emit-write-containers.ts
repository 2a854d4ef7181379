import { type TupleModel, type TypeModel, unwrapAlias } from '../model/type-model.ts';
import { quote } from './source-printer.ts';
import { mismatchCode, type WritePlace, type WriteTools } from './write-place.ts';

/** Statements that write a list: its count, then its items. */
export function writeList(tools: WriteTools, item: TypeModel, place: WritePlace): void {
  const { context } = tools;
  const { printer } = context;
  const { local, locals } = place;
  const index = locals.claim('i');
  const element = locals.claim('item');
  refuseUnless(tools, place, { check: `${context.runtime('isList')}(${local})`, expected: 'an array' });
  printer.line(`writer.writeVarint(${local}.length);`);
  printer.block(`for (let ${index} = 0; ${index} < ${local}.length; ${index}++) {`, () => {
    printer.line(`const ${element} = ${local}[${index}] as ${context.typeText(item)};`);
    tools.statements(item, { ...place, local: element, path: [...place.path, index] });
  });
}

/** Statements that write a Set: its count, then its items in the order they were added. */
export function writeSet(tools: WriteTools, item: TypeModel, place: WritePlace): void {
  const { context } = tools;
  const { printer } = context;
  const { local, locals } = place;
  const index = locals.claim('i');
  const element = locals.claim('item');
  refuseUnless(tools, place, { check: `${context.runtime('isSet')}(${local})`, expected: 'a Set' });
  printer.line(`writer.writeVarint(${local}.size);`);
  printer.line(`let ${index} = 0;`);
  printer.block(`for (const ${element} of ${local}) {`, () => {
    tools.statements(item, { ...place, local: element, path: [...place.path, index] });
    printer.line(`${index}++;`);
  });
  refuseRoundedAlike(tools, item, place);
}

/** Statements that write a Map: its count, then each key and its value. */
export function writeMap(tools: WriteTools, type: Extract<TypeModel, { kind: 'map' }>, place: WritePlace): void {
  const { context } = tools;
  const { printer } = context;
  const { local, locals } = place;
  const index = locals.claim('i');
  const key = locals.claim('key');
  const element = locals.claim('item');
  refuseUnless(tools, place, { check: `${context.runtime('isMap')}(${local})`, expected: 'a Map' });
  printer.line(`writer.writeVarint(${local}.size);`);
  printer.line(`let ${index} = 0;`);
  printer.block(`for (const [${key}, ${element}] of ${local}) {`, () => {
    tools.statements(type.key, { ...place, local: key, path: [...place.path, index] });
    // A key that is text says more than where it stands, and by now it is known to be text.
    tools.statements(type.value, { ...place, local: element, path: [...place.path, isText(type.key) ? key : index] });
    printer.line(`${index}++;`);
  });
  refuseRoundedAlike(tools, type.key, place);
}

/** Statements that write a record: the count of its own properties, then each name and its value. */
export function writeRecord(tools: WriteTools, value: TypeModel, place: WritePlace): void {
  const { context } = tools;
  const { printer } = context;
  const { local, locals } = place;
  const keys = locals.claim('keys');
  const index = locals.claim('i');
  const key = locals.claim('key');
  const element = locals.claim('item');
  refuseUnless(tools, place, { check: `${context.runtime('isRecord')}(${local})`, expected: 'a plain object' });
  printer.line(`const ${keys} = Object.keys(${local});`);
  printer.line(`writer.writeVarint(${keys}.length);`);
  printer.block(`for (let ${index} = 0; ${index} < ${keys}.length; ${index}++) {`, () => {
    printer.line(`const ${key} = ${keys}[${index}] as string;`);
    const entry = [...place.path, key];
    tools.statements({ kind: 'scalar', scalar: 'string' }, { ...place, local: key, path: entry });
    printer.line(`const ${element} = ${local}[${key}] as ${context.typeText(value)};`);
    tools.statements(value, { ...place, local: element, path: entry });
  });
}

/** Statements that write a tuple: the items that are always there, then a count of the others and those. */
export function writeTuple(tools: WriteTools, type: TupleModel, place: WritePlace): void {
  const { context } = tools;
  const { printer } = context;
  const { local, locals } = place;
  const { items, rest, required } = type;
  const max = rest === undefined ? items.length : 'Infinity';
  const check = `${context.runtime('isTuple')}(${local}, ${required}, ${max})`;
  refuseUnless(tools, place, { check, expected: `an array of ${itemCount(type)}` });
  const item = (index: number): void => {
    const element = locals.claim(`item${index}`);
    const model = items[index] as TypeModel;
    printer.line(`const ${element} = ${local}[${index}] as ${context.typeText(model)};`);
    tools.statements(model, { ...place, local: element, path: [...place.path, String(index)] });
  };
  for (let index = 0; index < required; index++) item(index);
  if (hasFixedSize(type)) return;
  const count = locals.claim('count');
  // With a rest, undefined at the end may be one of its items.
  const present = rest === undefined ? `${context.runtime('tupleLength')}(${local}, ${required})` : `${local}.length`;
  printer.line(`const ${count} = ${present};`);
  printer.line(`writer.writeVarint(${required === 0 ? count : `${count} - ${required}`});`);
  for (let index = required; index < items.length; index++) printer.block(`if (${count} > ${index}) {`, () => item(index));
  if (rest === undefined) return;
  const index = locals.claim('i');
  printer.block(`for (let ${index} = ${items.length}; ${index} < ${count}; ${index}++) {`, () => {
    const element = locals.claim('item');
    printer.line(`const ${element} = ${local}[${index}] as ${context.typeText(rest)};`);
    tools.statements(rest, { ...place, local: element, path: [...place.path, index] });
  });
}

/** Whether every value of a tuple has the same number of items, and at least one: then no count is written. */
export function hasFixedSize({ items, rest, required }: TupleModel): boolean {
  return rest === undefined && required === items.length && required > 0;
}

function itemCount({ items, rest, required }: TupleModel): string {
  const isOne = items.length === 1 && (rest !== undefined || required === 1);
  const unit = isOne ? 'item' : 'items';
  if (rest !== undefined) return `at least ${required} ${required === 1 ? 'item' : 'items'}`;
  return required === items.length ? `${required} ${unit}` : `${required} to ${items.length} items`;
}

function isText(type: TypeModel): boolean {
  const bare = unwrapAlias(type);
  return bare.kind === 'scalar' && bare.scalar === 'string';
}

/** Two numbers may be one when they are rounded, and then the receiver would take the bytes as malformed. Items are checked before, each for itself. */
function refuseRoundedAlike(tools: WriteTools, type: TypeModel, place: WritePlace): void {
  if (!mayBeFloat32(type)) return;
  const check = `${tools.context.runtime('areDistinctFloats')}(${place.local})`;
  refuseUnless(tools, place, { check, expected: 'entries that differ when rounded to float32' });
}

function mayBeFloat32(type: TypeModel): boolean {
  const bare = unwrapAlias(type);
  switch (bare.kind) {
    case 'scalar':
      return bare.scalar === 'float32';
    case 'limited':
    case 'nullable':
    case 'undefinable':
      return mayBeFloat32(bare.inner);
    case 'choice':
      return bare.members.some(mayBeFloat32);
    default:
      return false;
  }
}

function refuseUnless(
  { context }: WriteTools,
  place: WritePlace,
  { check, expected }: { readonly check: string; readonly expected: string },
): void {
  context.printer.line(`if (!${check}) throw ${mismatchCode(context, quote(expected), place)};`);
}
