import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wantsColor } from '../../../src/cli/wants-color.ts';

for (const [fact, isTTY, env, expected] of [
  ['a terminal gets colours', true, {}, true],
  ['a file or pipe gets none', undefined, {}, false],
  ['NO_COLOR turns them off', true, { NO_COLOR: '1' }, false],
  ['an empty NO_COLOR does not count', true, { NO_COLOR: '' }, true],
  ['a dumb terminal gets none', true, { TERM: 'dumb' }, false],
] as const) {
  test(fact, () => {
    assert.equal(wantsColor(isTTY === undefined ? {} : { isTTY }, env), expected);
  });
}
