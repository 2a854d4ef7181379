import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { deviationsAt, PhiAccrual, phiOf } from '../../../src/detector/phi-accrual.ts';
import { resolvePhiSettings } from '../../../src/detector/phi-settings.ts';

const SETTINGS = resolvePhiSettings();

describe('phi is -log10 of the probability that a heartbeat still comes', () => {
  // Upper tail of the standard normal distribution.
  for (const { deviations, tail } of [
    { deviations: 0, tail: 0.5 },
    { deviations: 1, tail: 0.158655 },
    { deviations: 2, tail: 0.0227501 },
    { deviations: 3, tail: 0.0013499 },
  ]) {
    test(`${deviations} deviations beyond the mean`, () => {
      assert.ok(Math.abs(phiOf(deviations) + Math.log10(tail)) < 0.06, `${phiOf(deviations)} against ${-Math.log10(tail)}`);
    });
  }

  test('it never falls while silence lasts, and is never infinite', () => {
    fc.assert(
      fc.property(fc.double({ min: -50, max: 1000, noNaN: true }), fc.double({ min: 0, max: 100, noNaN: true }), (deviations, more) => {
        assert.ok(phiOf(deviations) >= 0 && Number.isFinite(phiOf(deviations)));
        assert.ok(phiOf(deviations + more) >= phiOf(deviations));
      }),
    );
  });

  test('the inverse gives the deviations back', () => {
    for (const phi of [0.5, 1, 3, 8, 12, 100]) assert.ok(Math.abs(phiOf(deviationsAt(phi)) - phi) < 1e-6);
  });
});

describe('a peer that is watched', () => {
  test('crosses the threshold about 2.5 s after its last even heartbeat', () => {
    const accrual = beating(300, 1000);
    const silentMs = accrual.crossingMs - 300_000;
    assert.ok(silentMs > 2500 && silentMs < 2700, `${silentMs} ms`);
    assert.ok(accrual.phi(accrual.crossingMs - 1) < 8);
    assert.ok(accrual.phi(accrual.crossingMs + 1) > 8);
  });

  test('is given more time at first, because its rhythm is only estimated', () => {
    const accrual = new PhiAccrual(SETTINGS, 0);
    assert.ok(accrual.crossingMs > 3300 && accrual.crossingMs < 3500, `${accrual.crossingMs} ms`);
  });

  test('is given more time on a network that varies more', () => {
    const accrual = new PhiAccrual(SETTINGS, 0);
    let now = 0;
    for (let i = 0; i < 300; i++) {
      now += i % 2 === 0 ? 600 : 1400;
      accrual.heartbeat(now);
    }
    assert.ok(accrual.crossingMs - now > 4000);
  });

  test('has its intervals remembered, the last 100, without the estimate', () => {
    const accrual = beating(250, 1000);
    assert.deepEqual(accrual.history(), Array(100).fill(1000));
    assert.equal(beating(3, 1000).history().length, 2);
  });

  test('has the interval that ended a suspected period left out', () => {
    const accrual = beating(20, 1000);
    accrual.heartbeat(20_000 + 9000);
    accrual.heartbeat(20_000 + 10_000);
    assert.deepEqual(accrual.history(), Array(20).fill(1000));
  });

  test('has such an interval left out too when something else was heard just before', () => {
    const accrual = beating(20, 1000);
    accrual.contact(28_999);
    accrual.heartbeat(29_000);
    assert.equal(accrual.history().length, 19);
  });

  test('is not suspected while something else is heard of it', () => {
    const accrual = beating(20, 1000);
    accrual.contact(25_000);
    assert.ok(accrual.phi(25_500) < 1);
  });

  test('does not suffer from a stall of this process', () => {
    const accrual = beating(20, 1000);
    accrual.restart(26_000);
    assert.ok(accrual.phi(26_100) < 1);
    accrual.heartbeat(26_200);
    assert.equal(accrual.history().length, 19);
    accrual.heartbeat(27_200);
    assert.equal(accrual.history().length, 20);
  });
});

function beating(count: number, intervalMs: number): PhiAccrual {
  const accrual = new PhiAccrual(SETTINGS, 0);
  for (let i = 1; i <= count; i++) accrual.heartbeat(i * intervalMs);
  return accrual;
}
