import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SeedJoiner } from '../../../src/cluster/seed-joiner.ts';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import { FakeRpc } from '../../support/fake-transport.ts';

const silent = new RpcError('UNAVAILABLE', 'nothing answered');
const self = new RpcError('UNAVAILABLE', 'asked itself', { details: { reason: 'self' } });

describe('joining through seeds', () => {
  it('succeeds as soon as one of them takes the node in', async () => {
    const { joiner } = create({ a: silent, b: undefined });
    const joined = joiner.firstJoin(1_000);
    await joiner.round();
    await joined;
  });

  it('fails with UNAVAILABLE naming every seed when none could be reached in time', async () => {
    const { joiner, rpc } = create({ a: silent, b: silent });
    const joined = assert.rejects(joiner.firstJoin(1_000), {
      code: 'UNAVAILABLE',
      message: /within 1000 ms \(a: nothing answered; b: nothing answered\)/,
    });
    await joiner.round();
    await rpc.pass(1_100);
    await joined;
  });

  it('fails with DEADLINE_EXCEEDED when a seed answered and the join still was not done', async () => {
    const { joiner, rpc } = create({ a: new RpcError('DEADLINE_EXCEEDED', 'too slow') });
    const joined = assert.rejects(joiner.firstJoin(1_000), { code: 'DEADLINE_EXCEEDED' });
    await joiner.round();
    await rpc.pass(1_100);
    await joined;
  });

  for (const code of ['ALREADY_EXISTS', 'PERMISSION_DENIED', 'UNAUTHENTICATED', 'FAILED_PRECONDITION'] as const) {
    it(`fails at once with ${code}, which waiting does not change`, async () => {
      const { joiner } = create({ a: new RpcError(code, 'no') });
      const joined = assert.rejects(joiner.firstJoin(60_000), { code });
      await joiner.round();
      await joined;
    });
  }

  it('succeeds through one seed although another refuses', async () => {
    const { joiner } = create({ a: new RpcError('PERMISSION_DENIED', 'no'), b: undefined });
    const joined = joiner.firstJoin(1_000);
    await joiner.round();
    await joined;
  });

  it('makes the only seed there is begin the cluster', async () => {
    const { joiner } = create({ a: self, b: silent });
    const joined = joiner.firstJoin(1_000);
    await joiner.round();
    await joined;
  });

  it('leaves out the seeds it is told to', async () => {
    const { joiner, asked } = create({ a: undefined, b: undefined });
    await joiner.round(new Set(['a']));
    assert.deepEqual(asked, ['b']);
  });

  it('never asks more than three at a time and never runs two rounds at once', async () => {
    let running = 0;
    let most = 0;
    const rpc = new FakeRpc();
    const joiner = new SeedJoiner({
      runtime: rpc.runtime,
      join: async () => {
        most = Math.max(most, ++running);
        await new Promise<void>((resolve) => setImmediate(resolve));
        running--;
      },
    });
    joiner.seeds = Array.from({ length: 10 }, (_, i) => `s${i}:1`);
    await Promise.all([joiner.round(), joiner.round()]);
    assert.equal(most, 3);
  });
});

function create(answers: Record<string, RpcError | undefined>): { joiner: SeedJoiner; rpc: FakeRpc; asked: string[] } {
  const rpc = new FakeRpc();
  const asked: string[] = [];
  const joiner = new SeedJoiner({
    runtime: rpc.runtime,
    join: (seed) => {
      asked.push(seed);
      const error = answers[seed];
      return error ? Promise.reject(error) : Promise.resolve();
    },
  });
  joiner.seeds = Object.keys(answers);
  return { joiner, rpc, asked };
}
