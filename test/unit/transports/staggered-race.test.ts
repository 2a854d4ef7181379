import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import { raceStaggered } from '../../../src/transports/staggered-race.ts';
import { Deferred } from '../../../src/util/deferred.ts';

describe('a staggered race', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'setImmediate'] }));
  afterEach(() => mock.timers.reset());

  /** Attempts that the test ends, with what each was told. */
  const attempts = (count: number) =>
    Array.from({ length: count }, () => {
      const outcome = new Deferred<string>();
      const state = { outcome, isStarted: false, isAborted: false };
      const run = (signal: AbortSignal): Promise<string> => {
        state.isStarted = true;
        signal.addEventListener('abort', () => {
          state.isAborted = true;
        });
        return outcome.promise;
      };
      return { state, run };
    });
  const late: string[] = [];
  const options = { staggerMs: 100, discard: (value: string) => void late.push(value) };

  it('begins with one, and starts the next after the stagger', async () => {
    const [first, second] = attempts(2) as [Started, Started];
    const race = raceStaggered([first.run, second.run], options);
    mock.timers.tick(99);
    assert.deepEqual([first.state.isStarted, second.state.isStarted], [true, false]);
    mock.timers.tick(2);
    assert.equal(second.state.isStarted, true);
    second.state.outcome.resolve('second');
    assert.equal(await race, 'second');
    assert.equal(first.state.isAborted, true);
    first.state.outcome.resolve('first');
    await Promise.resolve();
    assert.deepEqual(late, ['first']);
  });

  it('starts the next at once when one fails, and fails with what says most', async () => {
    const [first, second] = attempts(2) as [Started, Started];
    const race = raceStaggered([first.run, second.run], options);
    first.state.outcome.reject(new RpcError('UNAVAILABLE', 'silent'));
    await new Promise<void>((resolve) => process.nextTick(resolve));
    assert.equal(second.state.isStarted, true);
    second.state.outcome.reject(new RpcError('UNAUTHENTICATED', 'refused'));
    await assert.rejects(race, { code: 'UNAUTHENTICATED' });
  });

  it('ends at an error that is final', async () => {
    const [first, second] = attempts(2) as [Started, Started];
    const race = raceStaggered([first.run, second.run], { ...options, isFinal: (error) => error.code === 'UNAUTHENTICATED' });
    first.state.outcome.reject(new RpcError('UNAUTHENTICATED', 'refused'));
    await assert.rejects(race, { code: 'UNAUTHENTICATED' });
    assert.equal(second.state.isStarted, false);
  });

  it('starts nothing more when it is aborted', async () => {
    const [first, second] = attempts(2) as [Started, Started];
    const controller = new AbortController();
    const race = raceStaggered([first.run, second.run], { ...options, signal: controller.signal });
    controller.abort();
    assert.equal(first.state.isAborted, true);
    first.state.outcome.reject(new RpcError('CANCELLED', 'aborted'));
    await assert.rejects(race, { code: 'CANCELLED' });
    assert.equal(second.state.isStarted, false);
  });
});

interface Started {
  readonly state: { readonly outcome: Deferred<string>; readonly isStarted: boolean; readonly isAborted: boolean };
  run(signal: AbortSignal): Promise<string>;
}
