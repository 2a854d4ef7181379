import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ERROR_CODES, type ErrorCode } from '../../../src/errors/codes.ts';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import { readDocument, sectionOf, tableRows } from './markdown.ts';

describe('docs/errors.md', () => {
  const rows = tableRows(sectionOf(readDocument('docs/errors.md'), 'Codes')).slice(1);

  test('lists every code with its number, in order', () => {
    assert.deepEqual(
      rows.map(([number, code]) => [number, code]),
      Object.entries(ERROR_CODES).map(([code, number]) => [String(number), `\`${code}\``]),
    );
  });

  test('says which codes are retryable by default', () => {
    assert.deepEqual(
      rows.map(([, code, , , retryable]) => [code, retryable]),
      Object.keys(ERROR_CODES).map((code) => [`\`${code}\``, new RpcError(code as ErrorCode, '').retryable ? 'yes' : 'no']),
    );
  });

  test('says of every code what it means and who raises it', () => {
    assert.deepEqual(
      rows.filter((row) => row.length !== 6 || row[2] === '' || !/^(local|peer|handler)(, (peer|handler))*$/.test(row[3] ?? '')),
      [],
    );
  });
});
