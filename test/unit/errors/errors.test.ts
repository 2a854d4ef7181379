import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codeFromNumber, codeNumber, ERROR_CODES, type ErrorCode } from '../../../src/errors/codes.ts';
import { expectInteger, expectNumber, expectText } from '../../../src/errors/expect.ts';
import { fromUnknown } from '../../../src/errors/from-unknown.ts';
import { RpcError } from '../../../src/errors/rpc-error.ts';

describe('error codes', () => {
  it('are sixteen, each with a number of its own that leads back to it', () => {
    const names = Object.keys(ERROR_CODES) as ErrorCode[];
    assert.equal(names.length, 16);
    assert.deepEqual(
      names.map((name) => codeFromNumber(codeNumber(name))),
      names,
    );
  });

  it('of a later version are UNKNOWN', () => assert.equal(codeFromNumber(99), 'UNKNOWN'));
});

describe('an RpcError', () => {
  it('is retryable by its code unless it says otherwise', () => {
    assert.deepEqual(
      [new RpcError('UNAVAILABLE', ''), new RpcError('INTERNAL', ''), new RpcError('UNAVAILABLE', '', { retryable: false })].map(
        (error) => error.retryable,
      ),
      [true, false, false],
    );
  });

  it('is recognized across two copies of the package', () => {
    const other = Object.create({ [Symbol.for('rpcnet.RpcError')]: true }) as unknown;
    assert.ok(other instanceof RpcError);
    assert.ok(!(new Error('plain') instanceof RpcError));
    class Special extends RpcError {}
    assert.ok(new Special('INTERNAL', '') instanceof RpcError);
    assert.ok(!(new RpcError('INTERNAL', '') instanceof Special));
  });
});

describe('anything thrown', () => {
  it('becomes an RpcError by one rule', () => {
    const error = new RpcError('NOT_FOUND', 'x');
    assert.equal(fromUnknown(error), error);
    assert.equal(fromUnknown(new DOMException('gone', 'AbortError')).code, 'CANCELLED');
    assert.equal(fromUnknown(new DOMException('late', 'TimeoutError')).code, 'DEADLINE_EXCEEDED');
    assert.equal(fromUnknown(new Error('x'), 'UNAVAILABLE').code, 'UNAVAILABLE');
    assert.equal(fromUnknown('text').message, 'text');
  });
});

describe('a wrong argument', () => {
  it('is named with what was expected and what came', () => {
    assert.throws(() => expectInteger('probeIntervalMs', -5, 1), {
      code: 'INVALID_ARGUMENT',
      message: 'Expected probeIntervalMs to be an integer of at least 1, got -5',
    });
    assert.throws(() => expectNumber('x', Number.NaN, 0), { message: /number of at least 0, got NaN/ });
    assert.throws(() => expectText('name', ''), { message: /got ""/ });
    assert.throws(() => expectText('name', []), { message: /got an array/ });
  });
});
