import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, it } from 'node:test';

const SOURCES = join(import.meta.dirname, '../../src');

describe('what an entry point loads', () => {
  it('leaves the cluster to those who ask for it', () => {
    const loaded = foldersLoadedBy('index.ts');
    assert.ok(loaded.has('rpc'), [...loaded].join(' '));
    assert.deepEqual(
      ['cluster', 'swim', 'detector', 'registry', 'balance', 'cli', 'codegen'].filter((folder) => loaded.has(folder)),
      [],
    );
  });

  it('finds what is imported through others', () => {
    assert.ok(foldersLoadedBy('cluster.ts').has('swim'));
  });
});

/** The folders of `src` of which a module is loaded with this one: by imports that are neither of types alone nor made when they are needed. */
function foldersLoadedBy(entry: string): Set<string> {
  const seen = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const [, clause, specifier] of readFileSync(path, 'utf8').matchAll(IMPORT)) {
      if (!clause?.startsWith('type ')) visit(join(dirname(path), specifier as string));
    }
  };
  visit(join(SOURCES, entry));
  return new Set([...seen].map((path) => relative(SOURCES, path).split('/')[0] as string));
}

const IMPORT = /^(?:import|export) ([^;']*?) ?(?:from )?'(\.[^']+)';$/gm;
