import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  noticedStallMs,
  orderAfterStall,
  READ_AT_ONCE,
  type StallPlace,
  type WaitingInput,
} from '../../../../src/testing/simulation/stalled-loop.ts';

test('after a stall in a timer the engine hears one batch of datagrams and all calls, then timers, then the other datagrams', () => {
  for (const place of ['timer', 'immediate'] as const)
    assert.equal(story(place), `${'d'.repeat(READ_AT_ONCE)}c tt ddd`.replaceAll(' ', ''));
});

test('after a stall inside an I/O callback the rest of its batch comes before the next one', () => {
  assert.equal(story('io'), `${'d'.repeat(READ_AT_ONCE + 3)}ctt`);
});

test('a standstill is noticed from 50 ms beyond a tick of the watch on', () => {
  assert.equal(noticedStallMs(149, 1000), 0);
  assert.equal(noticedStallMs(150, 1000), 50);
  assert.equal(noticedStallMs(149, 1001), 50);
  assert.equal(noticedStallMs(2000, 1099), 1999);
});

function story(place: StallPlace): string {
  const waiting = [...'t', ...'d'.repeat(READ_AT_ONCE + 3), ...'ct'].map(
    (letter) => ({ kind: KINDS[letter], action: () => letter }) as WaitingInput,
  );
  return orderAfterStall(waiting, place)
    .map(({ kind }) => kind.charAt(0))
    .join('');
}

const KINDS: Record<string, WaitingInput['kind']> = { t: 'timer', d: 'datagram', c: 'call' };
