import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { generateFromText } from '../../support/generate-from-text.ts';
import { goldenFolder } from '../../support/golden-codegen.ts';

/** The words and signs of the golden definitions: what a half-written definition is made of. */
const SOURCES = ['compute.rpc.ts', 'generics.rpc.ts', 'kinds.rpc.ts', 'shapes.rpc.ts', 'values.rpc.ts'].map((name) =>
  readFileSync(`${goldenFolder}/definitions/${name}`, 'utf8')
    .replace(/'[./]*src\/index\.ts'/gu, "'rpcnet'")
    .match(/\s+|\w+|\/\*|\*\/|'[^'\n]*'|./gu)
    ?.map(String),
);

const change = fc.record({ at: fc.nat(), kind: fc.constantFrom('remove', 'double', 'swap', 'replace'), other: fc.nat() });

test('no definition makes the generator throw, and every problem has a place and a way out', () => {
  fc.assert(
    fc.property(fc.constantFrom(...SOURCES), fc.array(change, { minLength: 1, maxLength: 4 }), (source = [], changes) => {
      const tokens = [...source];
      for (const { at, kind, other } of changes) mangle(tokens, { at: at % tokens.length, kind, other: other % tokens.length });
      const files = {
        'a.rpc.ts': tokens.join(''),
        'common.ts': 'export type Level = 1;',
        'reexports.ts': "export type * from './common.ts';",
      };
      const { diagnostics } = generateFromText(files);
      for (const { file, line, message, hint } of diagnostics) {
        assert.ok(line !== undefined && line > 0, `${file}: ${message}`);
        assert.ok(hint !== undefined && hint.length > 0, message);
      }
    }),
    { numRuns: 200 },
  );
});

interface Change {
  readonly at: number;
  readonly kind: string;
  readonly other: number;
}

function mangle(tokens: string[], { at, kind, other }: Change): void {
  const token = tokens[at] ?? '';
  const replacement = tokens[other] ?? '';
  switch (kind) {
    case 'remove':
      tokens.splice(at, 1);
      return;
    case 'double':
      tokens.splice(at, 0, token, ' ');
      return;
    case 'swap':
      tokens[at] = replacement;
      tokens[other] = token;
      return;
    default:
      tokens[at] = replacement;
  }
}
