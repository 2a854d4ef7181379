import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generateFromText } from './generate-from-text.ts';

/** What a refused definition imports. */
export const HEAD = "import type { int64, int8, Json, Service, Stream, uint64 } from 'rpcnet';\n";

/** A service with one method that takes a value of the type; the type begins at line 2, column 53. */
export function taking(type: string, more = ''): string {
  return `${HEAD}export interface TestService extends Service { m(p: ${type}): Promise<void> }\n${more}`;
}

/** A test that a definition is refused: where, why, and with which way out; nothing is generated. */
export function refused(
  fact: string,
  source: string,
  ...errors: readonly (readonly [place: string, message: string, hint: string])[]
): void {
  test(fact, () => {
    const { files, diagnostics } = generateFromText({ 'a.rpc.ts': source, 'other.ts': OTHER, 'loop.ts': LOOP });
    assert.deepEqual(
      diagnostics.map(({ line, column, message, hint }) => [`${line}:${column}`, message, hint]),
      errors,
    );
    assert.ok(errors.length > 0);
    assert.deepEqual(files, []);
  });
}

/** A file with everything that a definition may not use. */
const OTHER = `export interface A { x: number }
export enum Color { Red }
export class Car {}
export const limit = 1;
interface Hidden { x: number }
`;

const LOOP = "export type { Loop } from './loop.ts';\n";
