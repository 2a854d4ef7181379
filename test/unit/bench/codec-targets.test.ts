import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareWithTargets } from '../../../bench/codec/codec-targets.ts';
import { type CodecResult, compareMessage, type RoundRates } from '../../../bench/codec/summary.ts';

test('the peer that comes closest is named, and a ratio below the bound is marked', () => {
  const results = [result('RpcNet', 100, 190), result('slow', 100, 10), result('fast', 100, 100)];
  const [speed] = compareWithTargets(results);
  assert.deepEqual(speed, {
    figure: 'encode plus decode of objs, against the fastest other (fast)',
    measured: '1.9x',
    mustReach: '2x',
    isReached: false,
  });
});

test('a ratio at the bound is reached', () => {
  const [speed] = compareWithTargets([result('RpcNet', 100, 200), result('fast', 100, 100)]);
  assert.equal(speed?.isReached, true);
});

test('messages of bytes only have no bound of speed', () => {
  const figures = compareWithTargets([ofBytes(result('RpcNet', 100, 1)), ofBytes(result('fast', 100, 2))]).map(({ figure }) => figure);
  assert.deepEqual(figures, ['bytes of blob, against the smallest other (fast)']);
});

test('the size is held against the smallest peer', () => {
  const sizes = (bytes: number): boolean | undefined =>
    compareWithTargets([result('RpcNet', bytes, 300), result('large', 200, 100), result('small', 100, 100)]).at(-1)?.isReached;
  assert.equal(sizes(105), true);
  assert.equal(sizes(106), false);
});

test('variants are held against nobody, and nobody against them', () => {
  const variant: CodecResult = { ...result('variant', 100, 1_000), role: 'variant' };
  assert.deepEqual(
    compareMessage([result('RpcNet', 100, 300), variant, result('fast', 100, 100)], 'objs').map(({ peer }) => peer),
    ['fast'],
  );
});

test('a ratio is the median of those within the rounds', () => {
  const subject: CodecResult = { ...result('RpcNet', 100, 1), rounds: [rates(100), rates(50), rates(300)] };
  const peer: CodecResult = { ...result('fast', 100, 1), rounds: [rates(50), rates(50), rates(50)] };
  const [ratio] = compareMessage([subject, peer], 'objs');
  assert.deepEqual([ratio?.both, ratio?.lowestBoth, ratio?.highestBoth], [2, 1, 6]);
});

/** A contender that encodes and decodes alike. */
function result(contender: string, bytes: number, perSecond: number): CodecResult {
  return {
    message: 'objs',
    contender,
    role: contender === 'RpcNet' ? 'subject' : 'peer',
    bytes,
    rounds: [rates(perSecond), rates(perSecond)],
  };
}

function ofBytes(other: CodecResult): CodecResult {
  return { ...other, message: 'blob' };
}

function rates(perSecond: number): RoundRates {
  return { encode: perSecond, decode: perSecond };
}
