import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RpcError } from '../../../../src/errors/rpc-error.ts';
import { checkConditions } from '../../../../src/transports/memory/memory-conditions.ts';

describe('memory conditions', () => {
  for (const conditions of [{}, { latencyMs: 0, jitterMs: 2.5 }, { datagramLoss: 1, datagramDuplication: 0 }]) {
    it(`take ${JSON.stringify(conditions)}`, () => {
      assert.doesNotThrow(() => checkConditions(conditions));
    });
  }

  const mistakes = [
    { conditions: { latencyMs: -1 }, says: 'Expected latencyMs to be a number of at least 0, got -1' },
    { conditions: { jitterMs: Number.NaN }, says: 'Expected jitterMs to be a number of at least 0, got NaN' },
    { conditions: { datagramLoss: 1.1 }, says: 'Expected datagramLoss to be a share from 0 to 1, got 1.1' },
    { conditions: { datagramDuplication: -0.1 }, says: 'Expected datagramDuplication to be a number of at least 0, got -0.1' },
  ];
  for (const { conditions, says } of mistakes) {
    it(`are refused: ${says}`, () => {
      assert.throws(
        () => checkConditions(conditions),
        (error) => error instanceof RpcError && error.code === 'INVALID_ARGUMENT' && error.message === says,
      );
    });
  }
});
