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
        return 'node:1';
      },
    });
    joiner.seeds = Array.from({ length: 10 }, (_, i) => `s${i}:1`);
    await Promise.all([joiner.round(), joiner.round()]);
    assert.equal(most, 3);
  });
});

/** `answers`: what each seed says, undefined for a welcome; they may be changed. `names`: what host names resolve to. */
describe('a seed that is too busy', () => {
  const busy = new RpcError('RESOURCE_EXHAUSTED', 'full', { retryAfterMs: 400 });

  it('is asked again when it said, not before, and the join succeeds', async () => {
    const answers: Record<string, RpcError | undefined> = { 'a:1': busy };
    const { joiner, rpc, asked } = create(answers);
    const joined = joiner.firstJoin(5_000);
    await joiner.round();
    answers['a:1'] = undefined;
    await joiner.round();
    await rpc.pass(390);
    assert.deepEqual(asked, ['a:1'], 'a round leaves it alone');
    await rpc.pass(420);
    await joined;
    assert.deepEqual(asked, ['a:1', 'a:1']);
  });

  it('does not see all those come back at one time whom it refused at one time', async () => {
    const waits = new Set<number>();
    const rpc = new FakeRpc();
    for (let i = 0; i < 20; i++) {
      const asks: number[] = [];
      const joiner = new SeedJoiner({
        runtime: rpc.runtime,
        join: () => {
          const [first] = asks;
          asks.push(rpc.runtime.clock.now());
          if (first !== undefined && asks.length === 2) waits.add(rpc.runtime.clock.now() - first);
          return Promise.reject(busy);
        },
      });
      joiner.seeds = ['a:1'];
      void joiner.firstJoin(900).catch(() => undefined);
      await joiner.round();
    }
    await rpc.pass(1_000);
    assert.ok(waits.size >= 10, `${waits.size} different waits`);
    assert.ok(Math.min(...waits) >= 400 && Math.max(...waits) <= 810, [...waits].join());
  });

  it('keeps the node from beginning a cluster of its own', async () => {
    const answers: Record<string, RpcError | undefined> = { 'a:1': self, 'b:1': busy };
    const { joiner, rpc, asked } = create(answers);
    let isDone = false;
    const joined = joiner.firstJoin(5_000).then(() => {
      isDone = true;
    });
    await joiner.round();
    await rpc.settle();
    assert.equal(isDone, false);
    answers['b:1'] = undefined;
    await rpc.pass(900);
    await joined;
    assert.deepEqual(asked, ['a:1', 'b:1', 'b:1']);
  });

  it('is not asked again once another took the node in', async () => {
    const { joiner, rpc, asked } = create({ 'a:1': busy, 'b:1': undefined });
    const joined = joiner.firstJoin(5_000);
    await joiner.round();
    await joined;
    await rpc.pass(1_000);
    assert.deepEqual(asked, ['a:1', 'b:1']);
  });
});

describe('a seed given by name', () => {
  const names = { seed: ['10.0.0.1', '10.0.0.2'], dual: ['10.0.0.3', 'fd00::3'] };

  it('is left out of a round while all nodes are there that it stands for', async () => {
    const { joiner, asked } = create({ 'seed:1': undefined }, names);
    await joiner.round(new Set(['10.0.0.1:1', '10.0.0.2:1']));
    assert.deepEqual(asked, []);
    await joiner.round(new Set(['10.0.0.1:1', '10.0.0.9:1']));
    assert.deepEqual(asked, ['seed:1']);
  });

  it('is left out when its node is there with an address of one family', async () => {
    const { joiner, asked } = create({ 'dual:1': undefined }, names);
    await joiner.round(new Set(['10.0.0.3:1']));
    await joiner.round(new Set(['[fd00::3]:1']));
    assert.deepEqual(asked, []);
  });

  it('is left out when the node that answered there is there under another address', async () => {
    const { joiner, asked } = create({ '10.0.0.7:1': undefined });
    await joiner.round();
    await joiner.round(new Set(['inner-10.0.0.7:1']));
    assert.deepEqual(asked, ['10.0.0.7:1']);
  });

  it('is asked for again after its node went, until the node is back', async () => {
    const { joiner, rpc, asked } = create({ 'seed:1': undefined, 'other:1': undefined }, names);
    const present = new Set(['10.0.0.2:1']);
    await joiner.expectBack('10.0.0.1:1', () => present);
    await rpc.pass(2_600);
    assert.deepEqual(asked, ['seed:1']);
    present.add('10.0.0.1:1');
    await rpc.pass(10_000);
    assert.deepEqual(asked, ['seed:1']);
  });
});

function create(
  answers: Record<string, RpcError | undefined>,
  names: Record<string, readonly string[]> = {},
): { joiner: SeedJoiner; rpc: FakeRpc; asked: string[] } {
  const rpc = new FakeRpc();
  const asked: string[] = [];
  const joiner = new SeedJoiner({
    runtime: rpc.runtime,
    join: (seed) => {
      asked.push(seed);
      const error = answers[seed];
      return error ? Promise.reject(error) : Promise.resolve(`inner-${seed}`);
    },
    resolve: (host) => Promise.resolve(names[host] ?? []),
  });
  joiner.seeds = Object.keys(answers);
  return { joiner, rpc, asked };
}
