import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { REPOSITORY, readDocument, sectionOf, tableRows } from './markdown.ts';

interface ImportPattern {
  readonly group: readonly string[];
  readonly message: string;
}

interface LintOverride {
  readonly includes: readonly string[];
  readonly linter?: {
    readonly rules?: {
      readonly style?: { readonly noRestrictedImports?: { readonly options: { readonly patterns: readonly ImportPattern[] } } };
    };
  };
}

/** One row of the table of layers. */
interface Layer {
  readonly folder: string;
  readonly isPure: boolean;
  readonly mayImport: readonly string[];
}

const folders = readdirSync(join(REPOSITORY, 'src'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

describe('the table of layers in docs/architecture.md', () => {
  const documented = layersInDocument(readDocument('docs/architecture.md'));
  const linted = layersInLintRules(readDocument('biome.json'), folders);

  test('has a row for every folder of src', () => {
    assert.deepEqual(documented.map(({ folder }) => folder).sort(), [...folders].sort());
  });

  for (const layer of documented.filter(({ folder }) => folder !== 'cli')) {
    test(`says of ${layer.folder} what the linter enforces`, () => {
      assert.deepEqual(
        layer,
        linted.find(({ folder }) => folder === layer.folder),
      );
    });
  }

  test('leaves out no rule of the linter', () => {
    assert.deepEqual(
      linted.map(({ folder }) => folder).filter((folder) => !documented.some((layer) => layer.folder === folder)),
      [],
    );
  });
});

describe('the layers read from the lint rules', () => {
  test('are what the patterns forbid, not what their messages say', () => {
    const patterns = [{ group: ['**/b/**', 'node:*'], message: 'src/a may import only b' }];
    const text = JSON.stringify({
      overrides: [{ includes: ['src/a/**'], linter: { rules: { style: { noRestrictedImports: { options: { patterns } } } } } }],
    });
    assert.deepEqual(layersInLintRules(text, ['a', 'b', 'c']), [{ folder: 'a', isPure: true, mayImport: ['c'] }]);
  });
});

test('docs/architecture.md names every entry point and command of the package', () => {
  const { exports, bin } = JSON.parse(readDocument('package.json')) as { exports: Record<string, unknown>; bin: Record<string, string> };
  const entries = Object.keys(exports)
    .filter((name) => name !== './package.json')
    .map((name) => name.replace(/^\./, 'rpcnet'));
  const section = sectionOf(readDocument('docs/architecture.md'), 'Layers');
  assert.deepEqual(
    [...entries, ...Object.keys(bin)].filter((name) => !section.includes(`\`${name}\``)),
    [],
  );
});

test('every file that docs/architecture.md names is there', () => {
  const files = readdirSync(join(REPOSITORY, 'src'), { recursive: true, encoding: 'utf8' });
  const named = [...readDocument('docs/architecture.md').matchAll(/`(?:src\/)?([\w/-]+\.ts)`/g)].map((match) => match[1] ?? '');
  const isThere = (name: string): boolean =>
    name.startsWith('generated/') || name === 'codec.ts' || files.some((file) => file === name || file.endsWith(`/${name}`));
  assert.ok(named.length > 20);
  assert.deepEqual(
    named.filter((name) => !isThere(name)),
    [],
  );
});

function layersInDocument(document: string): Layer[] {
  const [, ...rows] = tableRows(sectionOf(document, 'Layers'));
  return rows.map(([folder = '', kind = '', , mayImport = '']) => ({
    folder: folder.replaceAll('`', ''),
    isPure: kind === 'pure',
    mayImport: mayImport === 'nothing' ? [] : mayImport.split(', '),
  }));
}

function layersInLintRules(biome: string, all: readonly string[]): Layer[] {
  const { overrides } = JSON.parse(biome) as { readonly overrides: readonly LintOverride[] };
  return overrides.flatMap(({ includes, linter }) => {
    const patterns = linter?.rules?.style?.noRestrictedImports?.options.patterns;
    const folder = /^src\/(\w+)\/\*\*$/.exec(includes[0] ?? '')?.[1];
    if (patterns === undefined || folder === undefined) return [];
    const forbidden = new Set(patterns.flatMap(({ group }) => group));
    const mayImport = all.filter((name) => name !== folder && !forbidden.has(`**/${name}/**`)).sort();
    return [{ folder, isPure: forbidden.has('node:*'), mayImport }];
  });
}
