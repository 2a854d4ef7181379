import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hash64 } from '../../../src/codegen/source/hash64.ts';
import { folderOf, joinPath, relativePath } from '../../../src/codegen/source/paths.ts';
import { generateFromText } from '../../support/generate-from-text.ts';

test('the hash is FNV-1a with 64 bits', () => {
  assert.equal(hash64(''), 'cbf29ce484222325');
  assert.equal(hash64('a'), 'af63dc4c8601ec8c');
  assert.equal(hash64('foobar'), '85944171f73967e8');
});

for (const [folder, path, expected] of [
  ['/a/b', '/a/b/c.ts', './c.ts'],
  ['/a/b', '/a/c.ts', '../c.ts'],
  ['/a/b/c', '/x/y.ts', '../../../x/y.ts'],
  ['/a', '/a/b/c.ts', './b/c.ts'],
  ['/', '/c.ts', './c.ts'],
] as const) {
  test(`from ${folder} the file ${path} is ${expected}`, () => {
    assert.equal(relativePath(folder, path), expected);
    assert.equal(joinPath(folder, expected), path);
  });
}

test('the folder of a path is all before its last slash', () => {
  assert.deepEqual(['/a/b.ts', '/b.ts', 'b.ts'].map(folderOf), ['/a', '/', '.']);
});

const DEFINITION = `import type { Service } from 'rpcnet';
/**
 * Greets people.
 *
 * In many tongues.
 */
export interface GreetingService extends Service {
  /**
   * Says hello.
   *   Indented.
   */
  greet(name: string): Promise<string>;
}
`;

test('doc comments are carried over to client and handler', () => {
  const { files } = generateFromText({ 'greeting.rpc.ts': DEFINITION });
  for (const name of ['client.ts', 'server.ts']) {
    const text = files.find(({ path }) => path.endsWith(name))?.text ?? '';
    assert.match(text, /\/\*\*\n \* Greets people\.\n \*\n \* In many tongues\.\n \*\/\nexport /u);
    assert.match(text, /\n {2}\/\*\*\n {3}\* Says hello\.\n {3}\* {3}Indented\.\n {3}\*\/\n {2}greet\(/u);
  }
});

test('a comment that belongs to something else is not carried over', () => {
  const { files } = generateFromText({
    'greeting.rpc.ts': DEFINITION.replace('  /**\n   * Says', '  // 1\n  /* 2 */\n  /**\n   * Says').replace(' */\nexport', ' */\nexport'),
  });
  assert.match(files.find(({ path }) => path.endsWith('client.ts'))?.text ?? '', /Says hello/u);
  const detached = generateFromText({
    'greeting.rpc.ts': DEFINITION.replace('Service {\n', 'Service {\n  /** Detached. */\n  other(): Promise<void>;\n'),
  });
  assert.equal(detached.files.find(({ path }) => path.endsWith('client.ts'))?.text.match(/Detached/gu)?.length, 1);
});

test('the parts that are asked for are generated, and the index names only them', () => {
  const only = (...parts: ('types' | 'codec' | 'errors' | 'server' | 'client')[]): Record<string, string> => {
    const { files } = generateFromText({ 'greeting.rpc.ts': DEFINITION }, { parts: new Set(parts) });
    return Object.fromEntries(files.map(({ path, text }) => [path, text]));
  };
  assert.deepEqual(Object.keys(only('types', 'codec', 'errors', 'client')), [
    '/out/greeting/types.ts',
    '/out/greeting/codec.ts',
    '/out/greeting/client.ts',
    '/out/greeting/index.ts',
  ]);
  assert.doesNotMatch(only('types', 'codec', 'client')['/out/greeting/index.ts'] ?? '', /server/u);
  assert.deepEqual(Object.keys(only('types')), ['/out/greeting/types.ts', '/out/greeting/index.ts']);
});

test('relative imports end as they are told to', () => {
  for (const importExtension of ['.ts', '.js', ''] as const) {
    const { files } = generateFromText({ 'greeting.rpc.ts': DEFINITION }, { importExtension });
    assert.match(files.find(({ path }) => path.endsWith('client.ts'))?.text ?? '', new RegExp(`from './codec${importExtension}';`, 'u'));
  }
});
