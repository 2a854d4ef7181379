import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { lockPathOf, lockText, readLock } from '../../../src/codegen/evolution/lock-file.ts';
import { versionOf, versionsOf } from '../../support/two-versions.ts';

const SERVICE = 'export interface TestService extends Service { m(p: A): Promise<A> }\n';
const A = (fields: string, more = ''): string => `${SERVICE}export interface A { ${fields} }\n${more}`;

/** The lines of type A in a lock file. */
function layout(lock: string | undefined, type = 'A'): unknown {
  return (JSON.parse(lock ?? '{}') as { services: { TestService: { types: Record<string, unknown> } } }).services.TestService.types[type];
}

describe('the lock file', () => {
  test('stands beside the definition', () => {
    assert.equal(lockPathOf('/defs/compute.rpc.ts'), '/defs/compute.rpc.lock.json');
  });

  test('has a line for each field, required ones first', async () => {
    const { lock } = await versionOf(
      A("note?: string; id: string; level: 'low' | 'high'; tags: Map<string, B[]>", 'export interface B { x: int8 }'),
    );
    assert.deepEqual(layout(lock), ['id: string', "level: 'low' | 'high'", 'tags: map(string, list(#B))', 'note?: string']);
    assert.ok(lock.includes("\n          \"level: 'low' | 'high'\",\n"));
    assert.ok(lock.endsWith('}\n'));
  });

  test('is written as it was read', async () => {
    const { lock } = await versionOf(
      A(
        "e: E; t: [string, number?, ...boolean[]]; o?: 'x' | 5 | true",
        "export type E = { kind: 'a'; 'content-type': string } | { kind: 'b' };",
      ),
    );
    assert.equal(lockText([...readLock(lock).values()]), lock);
  });

  test('stays the same when nothing or only the order changes', async () => {
    const [first, second] = await versionsOf(
      A("id: string; a?: number; b?: 'x' | 'y'", 'export interface Unused { x: string }'),
      A("b?: 'y' | 'x'; id: string; a?: number"),
    );
    assert.equal(second?.lock, first?.lock);
  });

  test('keeps places over many versions, and gives one back to the field that had it', async () => {
    const versions = await versionsOf(
      A('id: string; a?: string; b?: number'),
      A('id: string; b?: number'),
      A('c?: boolean; id: string; b?: number'),
      A('c?: boolean; a?: string; id: string'),
    );
    assert.deepEqual(
      versions.map(({ lock }) => layout(lock)),
      [
        ['id: string', 'a?: string', 'b?: number'],
        ['id: string', '-a?: string', 'b?: number'],
        ['id: string', '-a?: string', 'b?: number', 'c?: boolean'],
        ['id: string', 'a?: string', '-b?: number', 'c?: boolean'],
      ],
    );
  });

  test('forgets the types that only a removed field had', async () => {
    const [, second] = await versionsOf(A('id: string; gone?: B | null', 'export interface B { x: string }'), A('id: string'));
    assert.deepEqual(layout(second?.lock), ['id: string', '-gone?: nullable(object)']);
    assert.equal(layout(second?.lock, 'B'), undefined);
  });

  test('follows a renamed type, but not a field that took another type', async () => {
    const [, second] = await versionsOf(
      A('b: B; c: C', 'export interface B { x: string; y: string }\nexport interface C { p: string; q: string }'),
      A('b: Renamed; c: Renamed2', 'export interface Renamed { y: string; x: string }\nexport interface Renamed2 { q: string; p: string }'),
    );
    assert.deepEqual(layout(second?.lock, 'Renamed'), ['x: string', 'y: string']);
    assert.deepEqual(layout(second?.lock, 'Renamed2'), ['p: string', 'q: string']);
    const [, other] = await versionsOf(
      A('b: B; c: C', 'export interface B { x: string; y: string }\nexport interface C { y: string; x: string }'),
      A('b: C; c: C', 'export interface C { y: string; x: string }'),
    );
    assert.deepEqual(layout(other?.lock, 'C'), ['y: string', 'x: string']);
  });

  test('gives moved fields of a type that several services share the place that each remembers', async () => {
    const two = (fields: string): string =>
      `export interface TestService extends Service { m(p: A): Promise<void> }\nexport interface OtherService extends Service { m(p: A): Promise<void> }\nexport interface A { ${fields} }`;
    const [first, second] = await versionsOf(two('x: string; y: string'), two('y: string; x: string'));
    assert.equal(second?.lock, first?.lock);
  });

  for (const [what, text, message] of [
    ['is not JSON', '{', /it is not JSON/u],
    ['has conflict marks', '{\n<<<<<<< HEAD\n', /conflict marks of a merge/u],
    ['is of a later version', '{"version":2,"services":{}}', /it has version 2, this generator knows 1/u],
    ['has no services', '{"version":1}', /services: expected an object, found nothing/u],
    ['has a field that is none', lockWith('"types":{"A":["id string"]}'), /T: A: expected ':' at character 4/u],
    ['has a list where a text belongs', lockWith('"types":{"A":[[]]}'), /T: A: expected a text, found \[\]/u],
    ['has a type that is none', lockWith('"types":{"A":5}'), /T: A: expected an object, found 5/u],
  ] as const) {
    test(`that ${what} is refused with the reason`, () => {
      assert.throws(() => readLock(text), { name: 'SchemaSyntaxError', message });
    });
  }
});

function lockWith(types: string): string {
  return `{"version":1,"services":{"T":{"methods":{},${types}}}}`;
}
