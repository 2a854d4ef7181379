import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { expectSeeds } from '../../../src/cluster/seed.ts';
import { SeedJoiner } from '../../../src/cluster/seed-joiner.ts';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import { MemoryNames } from '../../../src/transports/memory/memory-names.ts';
import { FakeRpc } from '../../support/fake-transport.ts';

const silent = new RpcError('UNAVAILABLE', 'nothing answered');
const self = new RpcError('UNAVAILABLE', 'asked itself', { details: { reason: 'self' } });

describe('joining through seeds', () => {
  it('succeeds as soon as one of them takes the node in', async () => {
    const { joiner } = create({ 'a:1': silent, 'b:1': undefined });
    const joined = joiner.firstJoin(1_000);
    await joiner.round();
    await joined;
  });

  it('fails with UNAVAILABLE naming every seed with its own reason when none could be reached in time', async () => {
    const { joiner, rpc, names } = create({ 'a:1': silent, 'b:1': new RpcError('UNAVAILABLE', 'refused') }, ['a:1', 'b:1', 'c:1']);
    names.set('c', []);
    const joined = assert.rejects(joiner.firstJoin(1_000), {
      code: 'UNAVAILABLE',
      message: /within 1000 ms \(a:1: nothing answered; b:1: refused; c:1: c has no record.*\)/,
    });
    await joiner.round();
    await rpc.pass(1_100);
    await joined;
  });

  it('names the seeds that were asked and have not answered when the time is up first', async () => {
    const rpc = new FakeRpc();
    const joiner = new SeedJoiner({ runtime: rpc.runtime, join: () => new Promise(() => undefined) });
    joiner.seeds = expectSeeds(['a:1']);
    const joined = assert.rejects(joiner.firstJoin(1_000), {
      code: 'UNAVAILABLE',
      message: /within 1000 ms \(a:1: it was asked and has not answered yet\)/,
    });
    void joiner.round();
    await rpc.pass(1_100);
    await joined;
    assert.deepEqual(joiner.failures, ['a:1: it was asked and has not answered yet']);
  });

  it('fails with DEADLINE_EXCEEDED when a seed answered and the join still was not done', async () => {
    const { joiner, rpc } = create({ 'a:1': new RpcError('DEADLINE_EXCEEDED', 'too slow') });
    const joined = assert.rejects(joiner.firstJoin(1_000), { code: 'DEADLINE_EXCEEDED' });
    await joiner.round();
    await rpc.pass(1_100);
    await joined;
  });

  for (const code of ['ALREADY_EXISTS', 'PERMISSION_DENIED', 'UNAUTHENTICATED', 'FAILED_PRECONDITION'] as const) {
    it(`fails at once with ${code}, which waiting does not change`, async () => {
      const { joiner } = create({ 'a:1': new RpcError(code, 'no') });
      const joined = assert.rejects(joiner.firstJoin(60_000), { code });
      await joiner.round();
      await joined;
    });
  }

  it('succeeds through one seed although another refuses', async () => {
    const { joiner } = create({ 'a:1': new RpcError('PERMISSION_DENIED', 'no'), 'b:1': undefined });
    const joined = joiner.firstJoin(1_000);
    await joiner.round();
    await joined;
  });

  it('makes the only seed there is begin the cluster', async () => {
    const { joiner } = create({ 'a:1': self, 'b:1': silent });
    const joined = joiner.firstJoin(1_000);
    await joiner.round();
    await joined;
  });

  it('leaves out the seeds it is told to', async () => {
    const { joiner, asked } = create({ 'a:1': undefined, 'b:1': undefined });
    await joiner.round(new Set(['a:1']));
    assert.deepEqual(asked, ['b:1']);
  });

  it('never asks more than three at a time, never runs two rounds at once, and leaves the rest in peace when three have agreed', async () => {
    let running = 0;
    let most = 0;
    let asked = 0;
    const rpc = new FakeRpc();
    const joiner = new SeedJoiner({
      runtime: rpc.runtime,
      join: async () => {
        asked++;
        most = Math.max(most, ++running);
        await new Promise<void>((resolve) => setImmediate(resolve));
        running--;
        return 'node:1';
      },
    });
    joiner.seeds = expectSeeds(Array.from({ length: 10 }, (_, i) => `s${i}:1`));
    await Promise.all([joiner.round(), joiner.round()]);
    assert.equal(most, 3);
    assert.ok(asked >= 3 && asked <= 5, `${asked} asked`);
  });

  it('begins at a random moment, and not with the same seed everywhere', async () => {
    const firsts = new Set<string>();
    const moments = new Set<number>();
    const rpc = new FakeRpc();
    for (let i = 0; i < 20; i++) {
      let isFirst = true;
      const join = (address: string): Promise<string> => {
        if (isFirst) {
          firsts.add(address);
          moments.add(rpc.runtime.clock.now());
        }
        isFirst = false;
        return Promise.resolve(address);
      };
      const joiner = new SeedJoiner({ runtime: rpc.runtime, join });
      joiner.seeds = expectSeeds(['a:1', 'b:1', 'c:1', 'd:1', 'e:1']);
      joiner.start();
    }
    await rpc.pass(110);
    assert.ok(firsts.size >= 4, `${firsts.size} of 5 seeds were asked first`);
    assert.ok(moments.size >= 5, `${moments.size} moments`);
    assert.ok(Math.max(...moments) <= 110);
  });

  it('asks nobody any more once it is closed, also within a round', async () => {
    const { joiner, asked } = create(Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`s${i}:1`, silent])));
    const round = joiner.round();
    joiner.close(new RpcError('CANCELLED', 'left'));
    await round;
    assert.ok(asked.length <= 3, `${asked.length} asked`);
  });
});

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
      joiner.seeds = expectSeeds(['a:1']);
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
    assert.deepEqual(asked.sort(), ['a:1', 'b:1', 'b:1']);
  });

  it('is not asked again once another took the node in', async () => {
    const { joiner, rpc, asked } = create({ 'a:1': busy, 'b:1': undefined });
    const joined = joiner.firstJoin(5_000);
    await joiner.round();
    await joined;
    await rpc.pass(1_000);
    assert.deepEqual(asked.sort(), ['a:1', 'b:1']);
  });
});

describe('a seed given by name', () => {
  const twoNodes = { seed: ['10.0.0.1', '10.0.0.2'], dual: ['10.0.0.3', 'fd00::3'] };

  it('stands for the nodes at all its addresses, each asked for itself', async () => {
    const { joiner, asked } = create({}, ['seed:1'], twoNodes);
    await joiner.round();
    assert.deepEqual(asked.sort(), ['10.0.0.1:1', '10.0.0.2:1']);
  });

  it('is resolved anew in each round, also after it failed or stood for nobody', async () => {
    const { joiner, asked, names } = create({}, ['seed:1']);
    const failures: unknown[] = [];
    for (const answer of [new RpcError('UNAVAILABLE', 'no name server'), [], ['10.0.0.1'], ['10.0.0.2']]) {
      names.set('seed', answer);
      await joiner.round();
      failures.push([...joiner.failures]);
    }
    assert.deepEqual(asked, ['10.0.0.1:1', '10.0.0.2:1']);
    assert.equal(names.questions, 4);
    assert.deepEqual(failures, [['seed:1: no name server'], ["seed:1: seed has no record: set one in the network's names"], [], []]);
  });

  it('is a success when one of its nodes takes this one in, whatever the others say', async () => {
    const { joiner } = create({ '10.0.0.1:1': silent, '10.0.0.2:1': undefined }, ['seed:1'], twoNodes);
    const joined = joiner.firstJoin(1_000);
    await joiner.round();
    await joined;
    assert.deepEqual(joiner.failures, ['seed:1 (10.0.0.1:1): nothing answered']);
  });

  it('refuses for good only when all of its nodes do: an address may be of somebody else by now, and another node may agree later', async () => {
    const refused = new RpcError('FAILED_PRECONDITION', 'another cluster');
    const answers: Record<string, RpcError | undefined> = { '10.0.0.1:1': refused, '10.0.0.2:1': silent };
    const { joiner } = create(answers, ['seed:1'], twoNodes);
    const joined = assert.rejects(joiner.firstJoin(60_000), { code: 'FAILED_PRECONDITION' });
    let isOver = false;
    void joined.then(() => {
      isOver = true;
    });
    await joiner.round();
    await new Promise<void>((resolve) => setImmediate(resolve));
    assert.equal(isOver, false);
    answers['10.0.0.2:1'] = refused;
    await joiner.round();
    await joined;
  });

  it('lets a node leave itself out by who answers, not by address', async () => {
    const { joiner, rpc } = create({ '10.0.0.1:1': silent, '10.0.0.2:1': self }, ['seed:1'], twoNodes);
    const joined = joiner.firstJoin(1_000);
    await joiner.round();
    await joined;
    assert.deepEqual(joiner.failures, ['seed:1 (10.0.0.1:1): nothing answered']);
    await rpc.settle();
  });

  it('of very many dead nodes holds up nobody: those who failed come last, and one round asks a few of them only', async () => {
    const all = Array.from({ length: 60 }, (_, i) => `10.0.1.${i}`);
    const { joiner, asked } = create(Object.fromEntries(all.map((ip) => [`${ip}:1`, silent])), ['seed:1', 'other:1'], {
      seed: all,
      other: ['10.0.0.9'],
    });
    await joiner.round();
    assert.ok(asked.includes('10.0.0.9:1'), 'names take turns');
    assert.equal(asked.length, 16);
    for (let round = 2; round <= 4; round++) await joiner.round();
    assert.equal(new Set(asked).size, 61, 'the next rounds ask those whom the first did not');
    assert.equal(joiner.failures.length, 11);
    assert.equal(joiner.failures[10], '50 more');
  });

  it('is left out of a round while all nodes are there that it stands for', async () => {
    const { joiner, asked } = create({}, ['seed:1'], twoNodes);
    await joiner.round(new Set(['10.0.0.1:1', '10.0.0.2:1']));
    assert.deepEqual(asked, []);
    await joiner.round(new Set(['10.0.0.1:1', '10.0.0.9:1']));
    assert.deepEqual(asked, ['10.0.0.2:1'], 'and of those only the one that is not there is asked');
  });

  it('is left out when its node is there with an address of one family', async () => {
    const { joiner, asked } = create({}, ['dual:1'], twoNodes);
    await joiner.round(new Set(['10.0.0.3:1']));
    await joiner.round(new Set(['[fd00::3]:1']));
    assert.deepEqual(asked, []);
  });

  it('is left out when the node that answered there is there under another address', async () => {
    const { joiner, asked } = create({}, ['10.0.0.7:1']);
    await joiner.round();
    await joiner.round(new Set(['inner-10.0.0.7:1']));
    assert.deepEqual(asked, ['10.0.0.7:1']);
  });

  it('is asked for again after its node went, until the node is back', async () => {
    const { joiner, rpc, asked } = create({}, ['seed:1', 'other:1'], twoNodes);
    const present = new Set(['10.0.0.1:1', '10.0.0.2:1', 'other:1']);
    await joiner.round(present);
    present.delete('10.0.0.1:1');
    joiner.expectBack('10.0.0.1:1', () => present);
    await rpc.pass(2_600);
    assert.deepEqual(asked, ['10.0.0.1:1']);
    present.add('10.0.0.1:1');
    await rpc.pass(10_000);
    assert.deepEqual(asked, ['10.0.0.1:1']);
  });

  it('of many nodes is not looked up whenever one of them goes', async () => {
    const { joiner, rpc, names } = create({}, ['seed:1'], { seed: Array.from({ length: 9 }, (_, i) => `10.0.0.${i}`) });
    await joiner.round();
    const before = names.questions;
    joiner.expectBack('10.0.0.1:1', () => new Set());
    await rpc.pass(10_000);
    assert.equal(names.questions, before);
  });
});

describe('a seed given by its service', () => {
  const record = { host: '10.0.0.1', port: 1, priority: 0, weight: 0 };

  it('asks the targets with their ports, and those of the next priority only when nobody before is reached', async () => {
    const { joiner, asked, names } = create({ '10.0.0.1:1': silent, '10.0.0.2:7': silent }, ['srv:_rpcnet._tcp.example']);
    names.setService('_rpcnet._tcp.example', [
      { ...record, host: '10.0.0.4', port: 9, priority: 30 },
      record,
      { ...record, host: 'second', port: 7 },
      { ...record, host: '10.0.0.3', port: 8, priority: 20 },
    ]);
    names.set('second', ['10.0.0.2']);
    await joiner.round();
    assert.deepEqual(asked.slice(0, 2).sort(), ['10.0.0.1:1', '10.0.0.2:7']);
    assert.deepEqual(asked.slice(2), ['10.0.0.3:8'], 'and the last priority not at all');
    await joiner.round(new Set(['10.0.0.1:1', '10.0.0.2:7']));
    assert.equal(asked.length, 3, 'who is there is reached');
  });

  it('goes on to the next priority when the names of the first stand for nobody', async () => {
    const { joiner, asked, names } = create({}, ['srv:_rpcnet._tcp.example']);
    names.setService('_rpcnet._tcp.example', [
      { ...record, host: 'gone' },
      { ...record, priority: 1 },
    ]);
    names.set('gone', []);
    await joiner.round();
    assert.deepEqual(asked, ['10.0.0.1:1']);
    assert.match(joiner.failures.join(), /^srv:_rpcnet\._tcp\.example \(gone:1\): gone has no record/);
  });

  it('without records says so', async () => {
    const { joiner, rpc } = create({}, ['srv:_none._tcp.example']);
    const joined = assert.rejects(joiner.firstJoin(1_000), {
      code: 'UNAVAILABLE',
      message: /srv:_none\._tcp\.example: _none\._tcp\.example has no record/,
    });
    await joiner.round();
    await rpc.pass(1_100);
    await joined;
  });
});

/**
 * `answers`: what is said at each address, undefined and nothing for a welcome; they may be changed. Who welcomes goes by `inner-` and the address. `seeds`:
 * by default these addresses. `names`: what host names stand for.
 */
function create(
  answers: Record<string, RpcError | undefined>,
  seeds: readonly string[] = Object.keys(answers),
  hosts: Record<string, readonly string[]> = {},
): { joiner: SeedJoiner; rpc: FakeRpc; asked: string[]; names: MemoryNames } {
  const rpc = new FakeRpc();
  const asked: string[] = [];
  const names = new MemoryNames();
  for (const [host, addresses] of Object.entries(hosts)) names.set(host, addresses);
  const joiner = new SeedJoiner({
    runtime: rpc.runtime,
    join: (address) => {
      asked.push(address);
      const error = answers[address];
      return error ? Promise.reject(error) : Promise.resolve(`inner-${address}`);
    },
    names,
  });
  joiner.seeds = expectSeeds(seeds);
  return { joiner, rpc, asked, names };
}
