import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LossEstimate } from '../../../src/swim/loss-estimate.ts';
import { aliveOf, EngineUnderTest, partsIn } from './engine-under-test.ts';

test('without loss news is sent no more often', () => {
  const loss = new LossEstimate();
  assert.equal(loss.resendFactor, 1);
  for (let i = 0; i < 100; i++) loss.note(true);
  assert.equal(loss.resendFactor, 1);
});

test('as many copies arrive as without loss', () => {
  const loss = new LossEstimate();
  // At 30 % loss 49 of 100 pings are answered.
  for (let i = 0; i < 100; i++) for (const isAnswered of [true, false]) loss.note(isAnswered);
  assert.ok(Math.abs(loss.resendFactor * 0.7 - 1) < 0.05, `${loss.resendFactor}`);
});

test('a single lost probe changes little, a dead network doubles it at most, and a network that is well again ends it', () => {
  const loss = new LossEstimate();
  loss.note(false);
  assert.ok(loss.resendFactor < 1.05);
  for (let i = 0; i < 1000; i++) loss.note(false);
  assert.equal(loss.resendFactor, 2);
  for (let i = 0; i < 100; i++) loss.note(true);
  assert.ok(loss.resendFactor < 1.01);
});

test('an engine whose direct probes stay without an answer sends each piece of news twice as often', () => {
  assert.equal(sendings(new EngineUnderTest().meet('a', 'b')), 4);
  const lossy = new EngineUnderTest().meet('a', 'b');
  lossy.pass(60_000, 'probe', 'probeDirect', 'gossip');
  assert.equal(sendings(lossy), 8);
});

function sendings(engine: EngineUnderTest): number {
  engine.receive('a', aliveOf('subject'));
  engine.pass(10_000, 'gossip');
  return partsIn(engine.effects, 'alive').filter(({ nodeId }) => nodeId === 'subject').length;
}
