import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RoundTripWindow } from '../../../src/swim/round-trip-window.ts';

test('the longest timeout applies until enough was measured', () => {
  const window = new RoundTripWindow();
  for (let i = 0; i < 7; i++) window.add(1);
  assert.equal(window.timeoutMs(100, 500), 500);
  window.add(1);
  assert.equal(window.timeoutMs(100, 500), 100);
});

test('it is four times the 99th percentile, within the bounds', () => {
  const window = new RoundTripWindow();
  for (let i = 0; i < 64; i++) window.add(i % 16 === 0 ? 50 : 10);
  assert.equal(window.timeoutMs(100, 500), 200);
  for (let i = 0; i < 16; i++) window.add(400);
  assert.equal(window.timeoutMs(100, 500), 500);
});

test('old measurements are forgotten', () => {
  const window = new RoundTripWindow();
  for (let i = 0; i < 16; i++) window.add(400);
  for (let i = 0; i < 128; i++) window.add(30);
  assert.equal(window.timeoutMs(100, 500), 120);
});
