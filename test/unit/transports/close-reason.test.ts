import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { cutCloseReason } from '../../../src/transports/close-reason.ts';

describe('the reason of a close', () => {
  const cases = [
    { reason: '', cut: '' },
    { reason: 'a'.repeat(255), cut: 'a'.repeat(255) },
    { reason: 'a'.repeat(256), cut: 'a'.repeat(255) },
    { reason: 'ä'.repeat(128), cut: 'ä'.repeat(127) },
    { reason: `a${'ä'.repeat(127)}`, cut: `a${'ä'.repeat(127)}` },
    { reason: '😀'.repeat(64), cut: '😀'.repeat(63) },
    { reason: `${'a'.repeat(252)}€x`, cut: `${'a'.repeat(252)}€` },
    { reason: `${'a'.repeat(253)}€x`, cut: 'a'.repeat(253) },
  ];
  for (const { reason, cut } of cases) {
    it(`of ${Buffer.byteLength(reason)} bytes, ending in ${JSON.stringify(reason.slice(-2))}, keeps ${Buffer.byteLength(cut)}`, () => {
      assert.equal(cutCloseReason(reason), cut);
    });
  }

  it('is cut to a beginning of at most 255 bytes, and to the longest such of whole characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 40, maxLength: 300 }), (reason) => {
        const cut = cutCloseReason(reason);
        assert.ok(reason.startsWith(cut));
        assert.ok(Buffer.byteLength(cut) <= 255);
        const next = [...reason.slice(cut.length)][0];
        if (next !== undefined) assert.ok(Buffer.byteLength(cut) + Buffer.byteLength(next) > 255);
      }),
    );
  });
});
