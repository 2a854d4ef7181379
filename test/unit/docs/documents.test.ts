import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { anchorsIn, brokenLinks, REPOSITORY, readDocument, tableRows } from './markdown.ts';

const inRoot = readdirSync(REPOSITORY).filter((name) => name.endsWith('.md'));
const inDocs = readdirSync(join(REPOSITORY, 'docs')).filter((name) => name.endsWith('.md'));
const documents = [...inRoot, ...inDocs.map((name) => `docs/${name}`)];

const look = {
  exists: (path: string): boolean => existsSync(join(REPOSITORY, path)),
  anchorsOf: (path: string): ReadonlySet<string> => anchorsIn(readDocument(path)),
};

describe('every document', () => {
  for (const path of documents) {
    test(`${path} links only to what is there`, () => {
      assert.deepEqual(brokenLinks(path, readDocument(path), look), []);
    });

    test(`${path} names only npm scripts that exist`, () => {
      const { scripts } = JSON.parse(readDocument('package.json')) as { scripts: Record<string, string> };
      const named = [...readDocument(path).matchAll(/npm run ([\w:]+)/g)].map((match) => match[1] ?? '');
      assert.deepEqual(
        named.filter((name) => !(name in scripts)),
        [],
      );
    });
  }

  test('is linked from the README', () => {
    const readme = readDocument('README.md');
    assert.deepEqual(
      inDocs.filter((name) => !readme.includes(`(docs/${name})`)),
      [],
    );
  });
});

test('the README shows only proofs that the demo makes', () => {
  const source = readDocument('examples/cluster/demo/proof.ts');
  const shown = [...readDocument('README.md').matchAll(/^✅ (.+?) {2,}.* {2,}\(promised: /gm)].map((match) => match[1] ?? '');
  assert.ok(shown.length > 0);
  assert.deepEqual(
    shown.filter((what) => !source.includes(`'${what}'`)),
    [],
  );
});

describe('CONTRIBUTING.md', () => {
  test('names every group of tests', () => {
    const folders = readdirSync(join(REPOSITORY, 'test')).filter((name) =>
      readdirSync(join(REPOSITORY, 'test', name)).some(isTestOrFolder),
    );
    const groups = tableRows(readDocument('CONTRIBUTING.md')).flatMap(([cell = '']) => /^`test\/(\w+)`$/.exec(cell)?.[1] ?? []);
    assert.deepEqual(groups.sort(), folders.filter((name) => name !== 'support' && name !== 'golden').sort());
  });
});

describe('the glossary', () => {
  const words = tableRows(readDocument('docs/glossary.md'))
    .slice(1)
    .map(([word = '']) => word.replaceAll('`', ''));

  test('is in alphabetical order and has no word twice', () => {
    const sorted = [...new Set(words)].sort((a, b) => a.toLowerCase().localeCompare(b.toLowerCase(), 'en'));
    assert.deepEqual(words, sorted);
  });

  test('has a meaning for every word', () => {
    const rows = tableRows(readDocument('docs/glossary.md'));
    assert.deepEqual(
      rows.filter((row) => row.length !== 2 || row.some((cell) => cell === '')),
      [],
    );
  });
});

function isTestOrFolder(name: string): boolean {
  return name.endsWith('.test.ts') || !name.includes('.');
}
