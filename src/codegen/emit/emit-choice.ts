import { type TypeModel, unwrapAlias } from '../model/type-model.ts';
import { SCALAR_CALLS } from './scalar-calls.ts';
import { quote } from './source-printer.ts';
import { hintOf, mismatchCode, type WritePlace, type WriteTools } from './write-place.ts';

/** Statements that write a union told apart by what its values are: the index of the member, then the value. */
export function writeChoice(tools: WriteTools, members: readonly TypeModel[], place: WritePlace): void {
  const { context } = tools;
  const { printer } = context;
  const entries = members.map((member, index) => ({ member, index })).sort((a, b) => rankOf(a.member) - rankOf(b.member));
  const branches = entries.map(({ member, index }, order): readonly [string, () => void] => {
    const open = `${order === 0 ? '' : 'else '}if (${testOf(tools, member, place)}) {`;
    return [
      open,
      () => {
        printer.line(index < 0x80 ? `writer.writeUint8(${index});` : `writer.writeVarint(${index});`);
        const local = place.locals.claim('member');
        printer.line(`const ${local} = ${place.local} as ${context.typeText(member)};`);
        tools.statements(member, { ...place, local });
      },
    ];
  });
  const expected = quote(expectedOf(members));
  printer.branches([...branches, ['else {', () => printer.line(`throw ${mismatchCode(context, expected, place)};`)]]);
}

/** Any object may be tested for only after the objects of other kinds. */
function rankOf(member: TypeModel): number {
  const bare = unwrapAlias(member);
  switch (bare.kind) {
    case 'literals':
      return 0;
    case 'nullable':
    case 'undefinable':
    case 'limited':
      return rankOf(bare.inner);
    case 'choice':
      return Math.max(...bare.members.map(rankOf));
    case 'record':
    case 'shape':
      return 2;
    default:
      return 1;
  }
}

function testOf(tools: WriteTools, member: TypeModel, place: WritePlace): string {
  const { context } = tools;
  const { local } = place;
  const bare = unwrapAlias(member);
  switch (bare.kind) {
    case 'scalar':
      return scalarTest(bare.scalar, local);
    case 'literals':
      return `${context.runtime('isLiteral')}(${tools.literals.nameOf(bare.values, hintOf(place))}, ${local})`;
    case 'list':
    case 'tuple':
      return `${context.runtime('isList')}(${local})`;
    case 'set':
      return `${context.runtime('isSet')}(${local})`;
    case 'map':
      return `${context.runtime('isMap')}(${local})`;
    case 'record':
    case 'shape':
      return `${context.runtime('isObject')}(${local})`;
    case 'nullable':
      return `${local} === null || ${testOf(tools, bare.inner, place)}`;
    case 'undefinable':
      return `${local} === undefined || ${testOf(tools, bare.inner, place)}`;
    case 'limited':
      return testOf(tools, bare.inner, place);
    case 'choice':
      return bare.members.map((inner) => testOf(tools, inner, place)).join(' || ');
  }
}

function scalarTest(scalar: Extract<TypeModel, { kind: 'scalar' }>['scalar'], local: string): string {
  switch (scalar) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return `typeof ${local} === '${scalar}'`;
    case 'int64':
    case 'uint64':
      return `typeof ${local} === 'bigint'`;
    case 'bytes':
      return `${local} instanceof Uint8Array`;
    case 'date':
      return `${local} instanceof Date`;
    case 'null':
      return `${local} === null`;
    case 'json':
      return 'true';
    default:
      return `typeof ${local} === 'number'`;
  }
}

/** The members in words, for the error of a value that is none of them. */
function expectedOf(members: readonly TypeModel[]): string {
  const words = [...new Set(members.flatMap(wordsOf))];
  return words.length === 1 ? (words[0] as string) : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

function wordsOf(member: TypeModel): readonly string[] {
  const bare = unwrapAlias(member);
  switch (bare.kind) {
    case 'scalar':
      return [SCALAR_CALLS[bare.scalar].expected];
    case 'literals':
      return bare.values.map((value) => (typeof value === 'string' ? `'${value}'` : String(value)));
    case 'list':
    case 'tuple':
      return ['an array'];
    case 'set':
      return ['a Set'];
    case 'map':
      return ['a Map'];
    case 'record':
    case 'shape':
      return ['an object'];
    case 'nullable':
      return [...wordsOf(bare.inner), 'null'];
    case 'undefinable':
      return [...wordsOf(bare.inner), 'undefined'];
    case 'limited':
      return wordsOf(bare.inner);
    case 'choice':
      return bare.members.flatMap(wordsOf);
  }
}
