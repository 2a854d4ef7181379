import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HealthScore } from '../../../src/swim/health-score.ts';

test('a healthy node probes at its normal pace', () => {
  assert.equal(new HealthScore(8).scale(1000), 1000);
});

test('the worse the score, the slower; at worst 8 times with the default limit', () => {
  const health = new HealthScore(8);
  health.add(1);
  assert.equal(health.scale(1000), 2000);
  health.add(100);
  assert.equal(health.score, 7);
  assert.equal(health.scale(1000), 8000);
});

test('good probes bring it back to healthy and not below', () => {
  const health = new HealthScore(8);
  health.add(2);
  health.add(-1);
  assert.equal(health.score, 1);
  health.add(-5);
  assert.equal(health.score, 0);
});

test('with a limit of 1 the score is switched off', () => {
  const health = new HealthScore(1);
  health.add(5);
  assert.equal(health.scale(1000), 1000);
});
