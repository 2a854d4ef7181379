import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { resolveClientOptions } from '../../../src/rpc/client-options.ts';
import { resolveServerOptions } from '../../../src/rpc/server-options.ts';
import { MIN_CREDIT_BYTES, MOST_METADATA_BYTES } from '../../../src/wire/limits.ts';
import { missingRows, readDocument, sectionOf, tableRows } from './markdown.ts';

const document = readDocument('docs/limits.md');

const sides = [
  { heading: 'Options of a server', settings: resolveServerOptions({ cert: 'cert', key: 'key' }) },
  { heading: 'Options of a client', settings: resolveClientOptions({}) },
];

for (const { heading, settings } of sides) {
  describe(`"${heading}" in docs/limits.md`, () => {
    const section = sectionOf(document, heading);

    test('lists exactly the limits of the code with their defaults', () => {
      const limits = Object.entries(settings).filter(([name]) => /^max[A-Z]|CreditBytes$/u.test(name));
      assert.ok(limits.length >= 6);
      const expected = limits.map(([name, value]) => [name, grouped(value as number)]);
      assert.deepEqual(missingRows(section, expected), []);
      assert.equal(tableRows(section).length - 1, expected.length);
    });

    test('says how low and how high they may be set', () => {
      assert.ok(section.includes(`at least ${grouped(MIN_CREDIT_BYTES)}`));
      assert.ok(section.includes(`at most ${grouped(MOST_METADATA_BYTES)}`));
    });
  });
}

test('docs/limits.md has the default of the retry hint', () => {
  const { overloadRetryAfterMs } = resolveServerOptions({ cert: 'cert', key: 'key' });
  assert.ok(sectionOf(document, 'Overload').includes(`\`overloadRetryAfterMs\` (${overloadRetryAfterMs})`));
});

function grouped(value: number): string {
  return value.toLocaleString('en-US');
}
