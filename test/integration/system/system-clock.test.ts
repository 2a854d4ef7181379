import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import { systemClock } from '../../../src/system/system-clock.ts';

const waitFor = (delayMs: number): Promise<void> => new Promise((resolve) => systemClock.schedule(delayMs, resolve));

/** Runs a line of code with `systemClock` in a process of its own and gives what it prints. */
function runAlone(code: string): string {
  const clockUrl = new URL('../../../src/system/system-clock.ts', import.meta.url).href;
  const script = `import { systemClock } from ${JSON.stringify(clockUrl)}; ${code}`;
  return execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { encoding: 'utf8', timeout: 20_000 });
}

describe('system clock', () => {
  it('gives monotonic time with fractions and wall time since 1970', () => {
    const first = systemClock.now();
    const second = systemClock.now();
    assert.ok(second >= first);
    assert.ok(Math.abs(systemClock.wallNow() - Date.now()) < 1000);
  });

  it('never runs a task before its time', async () => {
    const starts = Array.from({ length: 200 }, (_, index) => index / 7);
    const early = await Promise.all(
      starts.map(async (delayMs) => {
        const dueAt = systemClock.now() + delayMs;
        await waitFor(delayMs);
        return systemClock.now() < dueAt;
      }),
    );
    assert.equal(early.filter(Boolean).length, 0);
  });

  it('does not run a cancelled task, and cancelling again or too late is harmless', async () => {
    let runs = 0;
    const cancelled = systemClock.schedule(1, () => runs++);
    cancelled.cancel();
    cancelled.cancel();
    const ran = systemClock.schedule(1, () => undefined);
    await waitFor(20);
    ran.cancel();
    assert.equal(runs, 0);
  });

  it('does not run a task at once whose delay is more than a Node.js timer can hold', async () => {
    let runs = 0;
    const tasks = [2 ** 31, 1e12, Number.POSITIVE_INFINITY].map((delayMs) => systemClock.schedule(delayMs, () => runs++));
    await waitFor(20);
    for (const task of tasks) task.cancel();
    assert.equal(runs, 0);
  });

  it('refuses a delay that is not a number', () => {
    assert.throws(
      () => systemClock.schedule(Number.NaN, () => undefined),
      (error) => error instanceof RpcError && error.code === 'INVALID_ARGUMENT',
    );
  });

  it('runs afterInput tasks in a later turn, in order', async () => {
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      systemClock.afterInput(() => order.push('first'));
      systemClock.afterInput(() => {
        order.push('second');
        resolve();
      });
      order.push('now');
    });
    assert.deepEqual(order, ['now', 'first', 'second']);
  });

  it('keeps the process alive for a timer, but not for one with unref', () => {
    assert.equal(runAlone('systemClock.schedule(50, () => console.log("ran"));'), 'ran\n');
    assert.equal(runAlone('systemClock.schedule(60_000, () => console.log("ran"), { unref: true });'), '');
  });
});
