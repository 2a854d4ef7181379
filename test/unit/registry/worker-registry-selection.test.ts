import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createStrategy, type StrategyName } from '../../../src/balance/create-strategy.ts';
import type { Strategy } from '../../../src/registry/strategy.ts';
import type { TagFilterInput } from '../../../src/registry/tag-filter.ts';
import { WorkerRegistry } from '../../../src/registry/worker-registry.ts';
import { seededRandom } from '../../../src/testing/seeded-random.ts';
import { FakeMembership, node } from './fake-membership.ts';
import { refusal, setUp } from './worker-registry-setup.ts';

describe('worker registry: selection', () => {
  it('offers the strategy the healthy workers that match, in order of their ids', () => {
    const { offered } = setUp([node('b'), node('a'), node('c', { tags: { role: 'worker', zone: 'eu' } }), node('d', { state: 'suspect' })]);
    assert.deepEqual(offered(), ['a', 'b', 'c']);
    assert.deepEqual(offered('zone=eu'), ['c']);
    assert.deepEqual(
      offered((tags) => tags.zone !== 'eu'),
      ['a', 'b'],
    );
  });

  it('takes suspect workers only when no healthy one is left', () => {
    const { membership, offered } = setUp([node('a'), node('b')]);
    membership.suspect('a');
    assert.deepEqual(offered(), ['b']);
    assert.deepEqual(offered(undefined, { exclude: ['b'] }), ['a']);
    membership.suspect('b');
    assert.deepEqual(offered(), ['a', 'b']);
  });

  it('takes workers to avoid after the other healthy ones and before suspect ones', () => {
    const { offered } = setUp([node('a'), node('b'), node('c', { state: 'suspect' })]);
    assert.deepEqual(offered(undefined, { avoid: new Set(['a']) }), ['b']);
    assert.deepEqual(offered(undefined, { avoid: new Set(['a']), exclude: ['b'] }), ['a']);
    assert.deepEqual(offered(undefined, { avoid: new Set(['a', 'b']) }), ['a', 'b']);
    assert.deepEqual(offered(undefined, { avoid: new Set(['a', 'b', 'c']), exclude: ['a', 'b'] }), ['c']);
  });

  it('gives the strategy the key, and one pool for a filter however it is written', () => {
    const contexts: { pool: object; key?: string }[] = [];
    const strategy: Strategy = {
      name: 'recording',
      pick(candidates, context) {
        contexts.push(context);
        return candidates[0] as never;
      },
    };
    const registry = new WorkerRegistry(new FakeMembership(node('a', { tags: { role: 'worker', zone: 'eu' } })), strategy);
    registry.selectWorker('role=worker,zone=eu', { key: 'user-1' });
    registry.selectWorker({ zone: 'eu', role: 'worker' });
    registry.selectWorker(' zone=eu,role=worker');
    registry.selectWorker('role=worker');
    assert.deepEqual(
      contexts.map(({ key }) => key),
      ['user-1', undefined, undefined, undefined],
    );
    assert.equal(contexts[0]?.pool, contexts[1]?.pool);
    assert.equal(contexts[0]?.pool, contexts[2]?.pool);
    assert.notEqual(contexts[0]?.pool, contexts[3]?.pool);
  });

  it('reads an object filter again that was changed after its first use', () => {
    const { offered } = setUp([node('a', { tags: { role: 'worker', zone: 'eu' } }), node('b', { tags: { role: 'worker', zone: 'us' } })]);
    const filter: Record<string, string> = { zone: 'eu' };
    assert.deepEqual(offered(filter), ['a']);
    filter.zone = 'us';
    assert.deepEqual(offered(filter), ['b']);
  });

  it('never takes the description of one filter for the text of another', () => {
    const { registry } = setUp([node('a')]);
    registry.selectWorker({});
    assert.equal(refusal(registry, 'any tags').code, 'INVALID_ARGUMENT');
  });

  it('selects right also after thousands of different filters', () => {
    const { registry, membership, offered } = setUp([node('a')]);
    for (let index = 0; index < 3000; index += 1) refusal(registry, `user=${index}`);
    assert.deepEqual(offered('role=worker'), ['a']);
    membership.retag('a', { role: 'worker', user: '7' });
    assert.deepEqual(offered('user=7'), ['a']);
  });

  it('refuses a wrong filter', () => {
    const { registry } = setUp([node('a')]);
    assert.equal(refusal(registry, 'role').code, 'INVALID_ARGUMENT');
  });

  const strategies: readonly StrategyName[] = ['roundRobin', 'random', 'leastConnections'];
  for (const name of strategies) {
    it(`never selects a worker that is failed, gone, excluded or of other tags (${name})`, () => {
      const nodeIds = fc.constantFrom<string>('a', 'b', 'c', 'd');
      const step = fc.record({
        nodeId: nodeIds,
        what: fc.constantFrom('suspect', 'recover', 'fail', 'leave', 'restart', 'eu', 'us', 'none', 'acquire'),
        filter: fc.constantFrom<TagFilterInput>('role=worker', 'zone=eu', { zone: 'us' }),
        exclude: fc.array(nodeIds, { maxLength: 3 }),
        avoid: fc.array(nodeIds, { maxLength: 3 }),
        key: fc.option(fc.string(), { nil: undefined }),
      });
      fc.assert(
        fc.property(fc.array(step, { maxLength: 40 }), fc.integer(), (steps, seed) => {
          const membership = new FakeMembership(node('a'), node('b'), node('c'), node('d'));
          const registry = new WorkerRegistry(membership, createStrategy(name, seededRandom(seed)));
          for (const { nodeId, what, filter, exclude, avoid, key } of steps) {
            if (what === 'eu' || what === 'us') membership.retag(nodeId, { role: 'worker', zone: what });
            else if (what === 'none') membership.retag(nodeId, {});
            else if (what === 'acquire') registry.acquire(nodeId);
            else membership[what](nodeId);

            const usable = membership.nodes().filter(({ nodeId: id, tags, state }) => {
              const matches = filter === 'role=worker' || tags.zone === (filter === 'zone=eu' ? 'eu' : 'us');
              return tags.role === 'worker' && matches && (state === 'alive' || state === 'suspect') && !exclude.includes(id);
            });
            const options = { exclude, avoid: new Set(avoid), ...(key === undefined ? {} : { key }) };
            if (usable.length === 0) {
              assert.equal(refusal(registry, filter, options).code, 'UNAVAILABLE');
              continue;
            }
            const selected = registry.selectWorker(filter, options);
            const chosen = usable.find((each) => each.nodeId === selected.nodeId);
            assert.ok(chosen, 'a worker that may not be used');
            const healthy = usable.filter(({ state }) => state === 'alive');
            if (healthy.length > 0) assert.equal(chosen.state, 'alive');
            if (healthy.some(({ nodeId: id }) => !avoid.includes(id))) assert.ok(!avoid.includes(chosen.nodeId));
          }
        }),
      );
    });
  }
});

describe('worker registry: no worker', () => {
  it('says that none is known and what to check', () => {
    const { registry } = setUp([node('x', { tags: {} })]);
    const error = refusal(registry, 'role=worker,zone=eu');
    assert.equal(error.code, 'UNAVAILABLE');
    assert.equal(error.retryable, true);
    assert.equal(error.notTaken, true);
    assert.match(
      error.message,
      /^No worker for role=worker,zone=eu: 0 workers are known\. Check that workers run, .*seeds.* tagged role=worker$/,
    );
  });

  it('says how many are known when none matches, and shows the tags of one', () => {
    const { registry } = setUp([node('a', { tags: { role: 'worker', label: 'worker-1' } }), node('b')]);
    assert.equal(
      refusal(registry, 'zone=eu').message,
      'No worker for zone=eu: 2 workers are known, none of them matches. Check the tags of the workers; worker-1 at a.test:62001 has role=worker,label=worker-1',
    );
  });

  it('says so when all that match are excluded', () => {
    const { registry } = setUp([node('a'), node('b', { state: 'suspect' }), node('c', { tags: { role: 'worker', zone: 'eu' } })]);
    assert.match(
      refusal(registry, (tags) => tags.zone !== 'eu', { exclude: ['a', 'b'] }).message,
      /^No worker for a function: 3 workers are known, 2 of them match, and all of these are excluded/,
    );
  });
});
