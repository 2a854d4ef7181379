import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isGlob, parseGlob } from '../../../src/cli/glob.ts';

for (const [pattern, base, matching, others] of [
  ['*.rpc.ts', '.', ['a.rpc.ts'], ['b/a.rpc.ts', 'rpc.ts', 'a.rpc.tsx', '.hidden.rpc.ts', 'aXrpc.ts']],
  ['src/*.rpc.ts', 'src', ['a.rpc.ts'], ['b/a.rpc.ts']],
  ['src/**/*.rpc.ts', 'src', ['a.rpc.ts', 'b/a.rpc.ts', 'b/c/a.rpc.ts'], ['a.ts', '.b/a.rpc.ts']],
  ['/x/y/**', '/x/y', ['a', 'a/b'], ['.a', 'a/.b']],
  ['/*.ts', '/', ['a.ts'], ['a/b.ts']],
  ['../s/**/d/*.ts', '../s', ['d/a.ts', 'x/d/a.ts', 'x/y/d/a.ts'], ['a.ts', 'd/x/a.ts']],
  ['a?.ts', '.', ['ab.ts'], ['a.ts', 'abc.ts', 'a/.ts']],
  ['{users,orders}.rpc.ts', '.', ['users.rpc.ts', 'orders.rpc.ts'], ['other.rpc.ts', '{users,orders}.rpc.ts']],
  ['s/{a,b{c,d}}/x.ts', 's', ['a/x.ts', 'bc/x.ts', 'bd/x.ts'], ['b/x.ts', 'c/x.ts']],
  ['{a,b/c}/*.ts', '.', ['a/x.ts', 'b/c/x.ts'], ['b/x.ts', 'c/x.ts']],
  ['x{,.rpc}.ts', '.', ['x.ts', 'x.rpc.ts'], ['xrpc.ts']],
  ['{open*.ts', '.', ['{open1.ts'], ['open1.ts']],
  ['(a|b)+[c].*', '.', ['(a|b)+[c].ts'], ['ac.ts', 'a.ts']],
  ['.config/*.ts', '.config', ['a.ts'], []],
  ['{.a,b}/*.ts', '.', ['.a/x.ts', 'b/x.ts'], []],
] as const) {
  test(`the pattern ${pattern} takes what it should below ${base}`, () => {
    const glob = parseGlob(pattern);
    assert.equal(glob.base, base);
    assert.deepEqual(
      matching.filter((path) => !glob.matches(path)),
      [],
    );
    assert.deepEqual(
      others.filter((path) => glob.matches(path)),
      [],
    );
  });
}

test('a path without wildcards is no pattern', () => {
  assert.deepEqual(['src/a.rpc.ts', 'a[b](c)!', '*', 'a?', '{a}'].map(isGlob), [false, false, true, true, true]);
});

test('a name with any characters matches itself, a pattern of stars, and nothing that is longer', () => {
  const name = fc.string({ minLength: 1, unit: 'binary' }).filter((text) => !/[/*?{}]/u.test(text) && !text.startsWith('.'));
  fc.assert(
    fc.property(name, name, (a, b) => {
      const plain = parseGlob(`d*/${a}`);
      assert.ok(plain.matches(`d/${a}`));
      assert.ok(!plain.matches(`d/${a}/${b}`));
      assert.ok(parseGlob(`**/${b}`).matches(`${a}/${a}/${b}`));
      assert.ok(parseGlob('*').matches(a));
    }),
  );
});
