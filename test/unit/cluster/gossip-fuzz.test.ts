import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fuzz } from '../../fuzz/fuzz.ts';
import { GOSSIP_TARGETS } from '../../fuzz/fuzz-gossip.ts';

describe('mutated gossip', () => {
  it('makes neither the reader, the cipher, the engine nor the keys throw, answer a stranger, or keep what has no bound', async () => {
    const report = await fuzz({ seed: 3, frames: 8_000, targets: GOSSIP_TARGETS, conversations: 0 });
    const targets = new Set([...report.outcomes.keys()].map((outcome) => outcome.split(':')[0]));
    assert.deepEqual([...targets].sort(), Object.keys(GOSSIP_TARGETS).sort());
    assert.ok(report.outcomes.has('gossipCipher: some opened'), 'what was sealed is opened');
    assert.ok(report.outcomes.has('gossipEngine: knows others'), 'the engine uses what it is given');
    assert.ok(report.outcomes.has('gossipSecurity: some read'), 'some states are taken over');
  });
});
