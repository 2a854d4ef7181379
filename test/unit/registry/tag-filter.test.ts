import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import { parseTagFilter, type TagFilterInput } from '../../../src/registry/tag-filter.ts';

const worker = { role: 'worker', zone: 'eu', label: 'worker 1' };

describe('tag filter', () => {
  const matching: readonly TagFilterInput[] = [
    'role=worker',
    'role=worker,zone=eu',
    ' zone = eu , role = worker ',
    'role=worker,role=worker',
    'label=worker 1',
    { role: 'worker' },
    { zone: 'eu', role: 'worker' },
    {},
    (tags) => tags.zone === 'eu',
  ];
  for (const input of matching) {
    it(`${String(typeof input === 'object' ? JSON.stringify(input) : input)} matches a worker in zone eu`, () => {
      assert.equal(parseTagFilter(input).matches(worker), true);
    });
  }

  const others: readonly TagFilterInput[] = [
    'role=director',
    'role=Worker',
    'role=worker,zone=us',
    'gpu=true',
    'constructor=Object',
    { role: 'worker', gpu: 'true' },
    { toString: 'x' },
    () => false,
  ];
  for (const input of others) {
    it(`${String(typeof input === 'object' ? JSON.stringify(input) : input)} does not match it`, () => {
      assert.equal(parseTagFilter(input).matches(worker), false);
    });
  }

  const wrong: readonly (readonly [input: unknown, reason: RegExp])[] = [
    ['', /it is empty; leave the filter out.*got ""$/],
    ['   ', /it is empty/],
    ['role', /"role" has no "="; write role=value.*got "role"$/],
    ['role=worker,', /nothing between two commas, or before the first or after the last/],
    [',role=worker', /nothing between two commas/],
    ['a=1,,b=2', /nothing between two commas/],
    ['=worker', /"=worker" has no key before "="/],
    ['role=', /"role=" has no value after "="; pass \{ "role": "" \}/],
    ['role==worker', /"role==worker" has more than one "="/],
    ['zone=eu,zone=us', /no node can have both zone=eu and zone=us/],
    [{ gpu: true }, /Expected filter\.gpu to be a string, got true/],
    [{ zone: undefined }, /Expected filter\.zone to be a string, got undefined/],
    [['role=worker'], /got an array/],
    [null, /got null/],
    [7, /got 7/],
  ];
  for (const [input, reason] of wrong) {
    it(`${JSON.stringify(input)} is refused: ${reason.source}`, () => {
      assert.throws(
        () => parseTagFilter(input as TagFilterInput),
        (error) => error instanceof RpcError && error.code === 'INVALID_ARGUMENT' && reason.test(error.message),
      );
    });
  }

  it('describes equal filters alike, however they are written', () => {
    const descriptions = ['role=worker,zone=eu', ' zone=eu, role=worker', { zone: 'eu', role: 'worker' }].map((input) =>
      parseTagFilter(input as TagFilterInput).describe(),
    );
    assert.deepEqual(new Set(descriptions), new Set(['role=worker,zone=eu']));
  });

  it('describes the filter without pairs, and functions with and without a name', () => {
    function hasGpu(): boolean {
      return true;
    }
    assert.equal(parseTagFilter({}).describe(), 'any tags');
    assert.equal(parseTagFilter(hasGpu).describe(), 'the function hasGpu');
    assert.equal(parseTagFilter(() => true).describe(), 'a function');
  });

  it('matches nothing when its function gives something that is not true', () => {
    assert.equal(parseTagFilter(() => 'yes' as unknown as boolean).matches(worker), false);
  });

  it('never describes two different sets of pairs alike', () => {
    const text = fc.string({ unit: fc.constantFrom('a', ',', '=', '"', ' ', '\\') });
    const tags = fc.dictionary(text, text, { maxKeys: 3 });
    fc.assert(
      fc.property(tags, tags, (a, b) => {
        const same = JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());
        assert.equal(parseTagFilter(a).describe() === parseTagFilter(b).describe(), same);
      }),
      { numRuns: 2000 },
    );
  });

  it('matches, as a string or as an object, exactly the nodes that have all its pairs', () => {
    const word = fc.constantFrom('a', 'b', 'c');
    const tags = fc.dictionary(word, word);
    fc.assert(
      fc.property(tags, tags, (wanted, actual) => {
        const expected = Object.entries(wanted).every(([key, value]) => actual[key] === value);
        assert.equal(parseTagFilter(wanted).matches(actual), expected);
        const text = Object.entries(wanted)
          .map(([key, value]) => `${key}=${value}`)
          .join(',');
        if (text !== '') assert.equal(parseTagFilter(text).matches(actual), expected);
      }),
    );
  });
});
