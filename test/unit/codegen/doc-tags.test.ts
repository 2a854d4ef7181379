import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MethodModel } from '../../../src/codegen/model/service-model.ts';
import { generateFromText } from '../../support/generate-from-text.ts';
import { describeType, lowered, lowerText } from '../../support/lower-text.ts';

const HEAD = "import type { int32, Service, Stream, uint64 } from 'rpcnet';\n";

function methodWith(doc: string, signature: string): MethodModel {
  const { services, diagnostics } = lowerText({
    'a.rpc.ts': `${HEAD}export interface AService extends Service {\n  /** ${doc} */\n  ${signature};\n}\n`,
  });
  assert.deepEqual(diagnostics, []);
  return services[0]?.methods[0] as MethodModel;
}

/** The parameters of a method in words. */
function parametersOf({ request }: MethodModel): readonly string[] {
  if (request.kind === 'stream') return [describeType(request.item)];
  return request.parameters.map(({ name, optional, type }) => `${name}${optional ? '?' : ''}: ${describeType(type)}`);
}

/** A doc comment, the type below it, and the model of the field in words. */
const LIMITS: readonly (readonly [fact: string, doc: string, type: string, model: string])[] = [
  ['@min and @max limit a number', '@min 1 @max 10', 'number', 'limited(number, {"min":1,"max":10})'],
  ['limits may be negative and have fractions', '@min -1.5 @max 1e3', 'number', 'limited(number, {"min":-1.5,"max":1000})'],
  ['limits fit sized numbers and bigints', '@min 0', 'uint64', 'limited(uint64, {"min":0})'],
  ['lengths limit text', '@minLength 1 @maxLength 20', 'string', 'limited(string, {"minLength":1,"maxLength":20})'],
  ['lengths limit bytes', '@maxLength 1024', 'Uint8Array', 'limited(bytes, {"maxLength":1024})'],
  ['lengths limit lists', '@maxLength 3', 'string[]', 'limited(list(string), {"maxLength":3})'],
  ['lengths limit sets, maps and records', '@maxLength 3', 'Record<string, Set<string>>', 'limited(record(set(string)), {"maxLength":3})'],
  ['what follows a number is for people', '@max 10 - more would not fit', 'number', 'limited(number, {"max":10})'],
  ['a pattern runs to the end of its line', '@pattern ^[a-z ]+$', 'string', 'limited(string, {"pattern":"^[a-z ]+$"})'],
  ['a pattern may hold an @', '@pattern ^[^@ ]+@[a-z]+$', 'string', 'limited(string, {"pattern":"^[^@ ]+@[a-z]+$"})'],
  ['a pattern ends before the next tag', '@pattern ^a+$ @maxLength 5', 'string', 'limited(string, {"pattern":"^a+$","maxLength":5})'],
  ['a pattern may stand between slashes', '@pattern /^a+$/', 'string', 'limited(string, {"pattern":"^a+$"})'],
  ['limits are for what is not null', '@min 1', 'number | null', 'nullable(limited(number, {"min":1}))'],
  ['limits are for what is not undefined', '@min 1', 'number | undefined', 'undefinable(limited(number, {"min":1}))'],
  [
    'limits are for the members of a union that have such values',
    '@maxLength 5 @min 1',
    'string | number | boolean',
    'choice(limited(string, {"maxLength":5}), limited(number, {"min":1}), boolean)',
  ],
  ['other tags are for people and tools', '@example "a@b" @see {@link Other} @default 5', 'number', 'number'],
  ['@deprecated does not change a field', '@deprecated Use another one.', 'number', 'number'],
];

for (const [fact, doc, type, model] of LIMITS) {
  test(fact, () => assert.equal(lowered('A', `export interface A {\n  /** ${doc} */\n  a: ${type};\n}`), `A{a: ${model}}`));
}

test('an optional field keeps its limits', () => {
  assert.equal(lowered('{ /** @min 1 */ a?: number | undefined }'), '{a??: limited(number, {"min":1})}');
});

test('an alias carries its limits to every use', () => {
  const model = 'Name = limited(string, {"maxLength":20})';
  assert.equal(lowered('Name[]', '/** @maxLength 20 */\nexport type Name = string;'), `list(${model})`);
});

test('a field may limit an alias further', () => {
  const declarations = '/** @maxLength 20 */\nexport type Name = string;';
  assert.equal(
    lowered('{ /** @minLength 2 */ a: Name }', declarations),
    '{a: limited(Name = limited(string, {"maxLength":20}), {"minLength":2})}',
  );
});

test('a generic alias may have limits', () => {
  const model = lowered('Few<string>', '/** @maxLength 3 */\nexport type Few<T> = T[];');
  assert.equal(model, 'Few<string> = limited(list(string), {"maxLength":3})');
});

test('a method names the parameter that it limits', () => {
  const method = methodWith('@maxLength name 20 @min count 1 @max count 5', 'm(name: string, count?: int32): Promise<void>');
  assert.deepEqual(parametersOf(method), ['name: limited(string, {"maxLength":20})', 'count?: limited(int32, {"min":1,"max":5})']);
});

test('a limit for a stream is one for its items', () => {
  assert.deepEqual(parametersOf(methodWith('@maxLength chunks 1024', 'm(chunks: Stream<Uint8Array>): Promise<void>')), [
    'limited(bytes, {"maxLength":1024})',
  ]);
});

test('a pattern of a parameter may hold an @ and blanks', () => {
  assert.deepEqual(parametersOf(methodWith('@pattern mail ^[^@]+  ?@b$', 'm(mail: string): Promise<void>')), [
    'mail: limited(string, {"pattern":"^[^@]+  ?@b$"})',
  ]);
});

test('@idempotent and @timeout say how a method is called', () => {
  const { idempotent, timeoutMs } = methodWith('Reads. @idempotent @timeout 1.5s', 'm(): Promise<void>');
  assert.deepEqual({ idempotent, timeoutMs }, { idempotent: true, timeoutMs: 1500 });
});

test('@safe says that a method changes nothing, and so may be called twice', () => {
  const { idempotent, safe } = methodWith('Reads. @safe', 'm(): Promise<void>');
  assert.deepEqual({ idempotent, safe }, { idempotent: true, safe: true });
  assert.equal(methodWith('Writes. @idempotent', 'm(): Promise<void>').safe, false);
});

test('@safe changes no fingerprint', () => {
  const fingerprints = (tag: string): string[] => {
    const source = `${HEAD}export interface AService extends Service {\n  /** Reads. ${tag} */\n  read(name: string): Promise<string>;\n}\n`;
    const { files } = generateFromText({ 'a.rpc.ts': source });
    const codec = files.find(({ path }) => path.endsWith('codec.ts'));
    return codec?.text.match(/fingerprint: '[0-9a-f]+'/gu) ?? [];
  };
  assert.equal(fingerprints('').length, 1);
  assert.deepEqual(fingerprints('@safe'), fingerprints(''));
});

test('the documentation of services and methods reaches client and handler, @deprecated included', () => {
  const source = `${HEAD}/** Greets people. */\nexport interface AService extends Service {\n  /**\n   * Says hello.\n   *\n   * @deprecated Use another one.\n   */\n  greet(): Promise<void>;\n}\n`;
  const { files } = generateFromText({ 'a.rpc.ts': source });
  for (const name of ['client.ts', 'server.ts']) {
    const text = files.find(({ path }) => path.endsWith(name))?.text ?? '';
    assert.match(text, /Greets people\./u, name);
    assert.match(text, /\* Says hello\.\n\s*\*\n\s*\* @deprecated Use another one\.\n/u, name);
  }
});
