import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CertificateBook } from '../../../src/cluster/certificate-book.ts';
import {
  coverOf,
  type Expulsion,
  findExpulsion,
  MAX_KEPT_EXPULSIONS,
  mergeExpulsions,
  nextVersion,
} from '../../../src/cluster/expulsions.ts';
import { NO_SECURITY, readSecurity, writeSecurity } from '../../../src/cluster/security-state.ts';
import { ByteReader } from '../../../src/util/byte-reader.ts';
import { ByteWriter } from '../../../src/util/byte-writer.ts';

const fingerprints = fc.uniqueArray(fc.constantFrom('F1', 'F2', 'F3', 'F4', 'F5', 'F6'), { maxLength: 4 }).map((list) => list.sort());
const expulsion: fc.Arbitrary<Expulsion> = fc.record(
  {
    nodeId: fc.constantFrom('a', 'b', 'c'),
    version: fc.integer({ min: 1, max: 3 }),
    isExpelled: fc.boolean(),
    reason: fc.constantFrom('', 'stolen'),
    fingerprints,
    shared: fingerprints,
  },
  { noNullPrototype: true },
);
const list = fc.uniqueArray(expulsion, { maxLength: 3, selector: ({ nodeId }) => nodeId }).map((items) => mergeExpulsions([], items));

describe('two lists of expelled nodes', () => {
  it('come to the same one in whatever order, grouping and number they meet', () => {
    fc.assert(
      fc.property(list, list, list, (a, b, c) => {
        assert.deepEqual(mergeExpulsions(a, b), mergeExpulsions(b, a));
        assert.deepEqual(mergeExpulsions(mergeExpulsions(a, b), c), mergeExpulsions(a, mergeExpulsions(b, c)));
        assert.deepEqual(mergeExpulsions(a, a), a);
      }),
      { numRuns: 500 },
    );
  });

  it('keep what was decided last about each node, and the expulsion where both were decided at once', () => {
    const [merged] = mergeExpulsions([entry('a', { version: 1 })], [entry('a', { version: 2, isExpelled: false })]);
    assert.equal(merged?.isExpelled, false);
    const [tied] = mergeExpulsions([entry('a', { version: 2, isExpelled: false })], [entry('a', { version: 2 })]);
    assert.equal(tied?.isExpelled, true);
  });

  it('stay bounded, and forget the oldest', () => {
    const many = Array.from({ length: 1_000 }, (_, i) => entry(`n${i}`, { version: i + 1 }));
    const merged = mergeExpulsions(many.slice(0, 500), many.slice(500));
    assert.equal(merged.length, MAX_KEPT_EXPULSIONS);
    assert.equal(merged[0]?.nodeId, 'n999');
    assert.equal(nextVersion(merged), 1_001);
  });

  it('keep everybody out for as long as there are readmitted ones to forget', () => {
    const expelled = Array.from({ length: 10 }, (_, i) => entry(`out${i}`, { version: i + 1 }));
    const readmitted = Array.from({ length: 300 }, (_, i) => entry(`in${i}`, { version: 100 + i, isExpelled: false }));
    const merged = mergeExpulsions(expelled, readmitted);
    assert.equal(merged.length, MAX_KEPT_EXPULSIONS);
    assert.equal(merged.filter(({ isExpelled }) => isExpelled).length, 10);
    assert.equal(merged[0]?.nodeId, 'in299');
  });

  it('arrive as they were', () => {
    fc.assert(
      fc.property(list, (expulsions) => {
        const writer = new ByteWriter();
        writeSecurity(writer, { ...NO_SECURITY, expulsions });
        assert.deepEqual(readSecurity(new ByteReader(writer.take())).expulsions, expulsions);
      }),
    );
  });

  it('have another cover when another node is expelled, and none when nobody is', () => {
    const [a, b] = [entry('a', {}), entry('b', {})];
    assert.equal(coverOf([]), '');
    assert.equal(coverOf([{ ...a, isExpelled: false }]), '');
    assert.equal(coverOf([a, b]), coverOf([b, a]));
    assert.notEqual(coverOf([a]), coverOf([a, b]));
    assert.notEqual(coverOf([a]), coverOf([{ ...a, version: 9 }]));
  });
});

describe('an expelled node', () => {
  const held = [entry('a', { fingerprints: ['F1', 'F2'], shared: ['F2'] }), entry('b', { isExpelled: false, fingerprints: ['F3'] })];
  it('is found by its name and by its certificate, but not by one that others show too', () => {
    assert.equal(find('a', 'F9')?.nodeId, 'a');
    assert.equal(find('other', 'F1')?.nodeId, 'a');
    assert.equal(find('other', 'F2'), undefined);
    assert.equal(find(undefined, undefined), undefined);
  });

  it('is not found after it was readmitted', () => {
    assert.equal(find('b', 'F3'), undefined);
  });

  function find(nodeId: string | undefined, fingerprint: string | undefined): Expulsion | undefined {
    return findExpulsion(held, { nodeId, fingerprint });
  }
});

describe('a book of certificates', () => {
  it('knows what each node showed last, and which certificate several nodes show, this one included', () => {
    const book = new CertificateBook('me', () => 'MINE');
    book.note('a', 'OLD');
    book.note('a', 'A');
    book.note('b', 'SAME');
    book.note('c', 'SAME');
    assert.deepEqual(book.of('a'), ['OLD', 'A']);
    for (let i = 0; i < 9; i++) book.note('d', `D${i}`);
    assert.deepEqual(book.of('d'), ['D5', 'D6', 'D7', 'D8']);
    assert.equal(book.isShownByOther('A', 'a'), false);
    assert.equal(book.isShownByOther('SAME', 'b'), true);
    assert.equal(book.isShownByOther('MINE', 'a'), true);
  });
});

function entry(nodeId: string, fields: Partial<Expulsion>): Expulsion {
  return { nodeId, version: 1, isExpelled: true, reason: '', fingerprints: [], shared: [], ...fields };
}
