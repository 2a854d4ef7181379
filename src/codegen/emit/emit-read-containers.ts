import { type TupleModel, type TypeModel, unwrapAlias } from '../model/type-model.ts';
import { hasFixedSize } from './emit-write-containers.ts';
import { minBytes, type ReadPlace, type ReadTools } from './read-place.ts';
import { quote } from './source-printer.ts';

/** Statements that read a list. */
export function readList(tools: ReadTools, item: TypeModel, place: ReadPlace): void {
  const { context } = tools;
  const { printer } = context;
  const { local, locals } = place;
  const bare = unwrapAlias(item);
  // Numbers have a fixed size, so a list of them is read in one go.
  if (bare.kind === 'scalar' && bare.scalar === 'number')
    return printer.line(`const ${local} = ${context.runtime('readNumbers')}(reader);`);
  const count = locals.claim('count');
  const index = locals.claim('i');
  printer.line(`const ${count} = reader.readCount(${minBytes(item)});`);
  printer.line(`const ${local} = new Array<${context.typeText(item)}>(${count});`);
  printer.block(`for (let ${index} = 0; ${index} < ${count}; ${index}++) {`, () => {
    const element = locals.claim('item');
    tools.statements(item, { ...place, local: element });
    printer.line(`${local}[${index}] = ${element};`);
  });
}

/** Statements that read a Set. */
export function readSet(tools: ReadTools, item: TypeModel, place: ReadPlace): void {
  const { context } = tools;
  const { local, locals } = place;
  const count = locals.claim('count');
  context.printer.line(`const ${count} = reader.readCount(${minBytes(item)});`);
  context.printer.line(`const ${local} = new Set<${context.typeText(item)}>();`);
  repeat(tools, { ...place, local: count }, () => {
    const element = locals.claim('item');
    tools.statements(item, { ...place, local: element });
    context.printer.line(`${local}.add(${element});`);
  });
  context.printer.line(`${context.runtime('checkDistinct')}(${local}.size, ${count});`);
}

/** Statements that read a Map. */
export function readMap(tools: ReadTools, type: Extract<TypeModel, { kind: 'map' }>, place: ReadPlace): void {
  const { context } = tools;
  const { local, locals } = place;
  const count = locals.claim('count');
  context.printer.line(`const ${count} = reader.readCount(${minBytes(type.key) + minBytes(type.value)});`);
  context.printer.line(`const ${local} = new Map<${context.typeText(type.key)}, ${context.typeText(type.value)}>();`);
  repeat(tools, { ...place, local: count }, () => {
    const key = locals.claim('key');
    const element = locals.claim('item');
    tools.statements(type.key, { ...place, local: key });
    tools.statements(type.value, { ...place, local: element });
    context.printer.line(`${local}.set(${key}, ${element});`);
  });
  context.printer.line(`${context.runtime('checkDistinct')}(${local}.size, ${count});`);
}

/** Statements that read a record. */
export function readRecord(tools: ReadTools, value: TypeModel, place: ReadPlace): void {
  const { context } = tools;
  const { local, locals } = place;
  const count = locals.claim('count');
  context.printer.line(`const ${count} = reader.readCount(${1 + minBytes(value)});`);
  context.printer.line(`const ${local}: Record<string, ${context.typeText(value)}> = {};`);
  repeat(tools, { ...place, local: count }, () => {
    const key = locals.claim('key');
    const element = locals.claim('item');
    tools.statements({ kind: 'scalar', scalar: 'string' }, { ...place, local: key });
    tools.statements(value, { ...place, local: element });
    context.printer.line(`${context.runtime('setEntry')}(${local}, ${key}, ${element});`);
  });
}

/** Statements that read a tuple. */
export function readTuple(tools: ReadTools, type: TupleModel, place: ReadPlace): void {
  const { context } = tools;
  const { printer } = context;
  const { local, locals } = place;
  const { items, rest, required } = type;
  const item = (index: number): string => {
    const element = locals.claim(`item${index}`);
    tools.statements(items[index] as TypeModel, { ...place, local: element });
    return element;
  };
  const first = items.slice(0, required).map((_, index) => item(index));
  if (hasFixedSize(type)) return printer.line(`const ${local}: ${context.typeText(type)} = [${first.join(', ')}];`);
  const count = locals.claim('count');
  const list = locals.claim('items');
  printer.line(`const ${count} = reader.readCount();`);
  if (rest === undefined) printer.line(`${context.runtime('checkTupleCount')}(${count}, ${items.length - required});`);
  printer.line(`const ${list}: unknown[] = [${first.join(', ')}];`);
  for (let index = required; index < items.length; index++) {
    printer.block(`if (${count} > ${index - required}) {`, () => printer.line(`${list}.push(${item(index)});`));
  }
  if (rest !== undefined) {
    const index = locals.claim('i');
    printer.block(`for (let ${index} = ${items.length - required}; ${index} < ${count}; ${index}++) {`, () => {
      const element = locals.claim('item');
      tools.statements(rest, { ...place, local: element });
      printer.line(`${list}.push(${element});`);
    });
  }
  printer.line(`const ${local} = ${list} as unknown as ${context.typeText(type)};`);
}

/** Statements that read a union told apart by what its values are. */
export function readChoice(tools: ReadTools, type: Extract<TypeModel, { kind: 'choice' }>, place: ReadPlace): void {
  const { context } = tools;
  const { printer } = context;
  const { local, locals } = place;
  const index = locals.claim('index');
  printer.line(`let ${local}: ${context.typeText(type)};`);
  printer.line(`const ${index} = reader.readVarint();`);
  printer.block(`switch (${index}) {`, () => {
    type.members.forEach((member, position) => {
      printer.block(`case ${position}: {`, () => {
        const value = locals.claim('member');
        tools.statements(member, { ...place, local: value });
        printer.line(`${local} = ${value};`);
        printer.line('break;');
      });
    });
    printer.line('default:');
    printer.line(`  throw ${context.runtime('unknownVariant')}(${quote(place.hint)}, ${index});`);
  });
}

function repeat({ context }: ReadTools, { local, locals }: ReadPlace, body: () => void): void {
  const index = locals.claim('i');
  context.printer.block(`for (let ${index} = 0; ${index} < ${local}; ${index}++) {`, body);
}
