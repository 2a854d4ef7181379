import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UnreadableWatch } from '../../../src/cluster/unreadable-watch.ts';
import type { NodeInfo } from '../../../src/swim/node-info.ts';
import { FakeClock } from '../../../src/testing/fake-clock.ts';

describe('datagrams that cannot be read', () => {
  it('cause one exchange a second, with the member at their address', () => {
    const { clock, watch, asked } = make();
    for (let i = 0; i < 100; i++) watch.note('a:2');
    assert.deepEqual(asked, ['a:1']);
    clock.advance(1_000);
    watch.note('b:2');
    watch.note('a:2');
    assert.deepEqual(asked, ['a:1', 'b:1']);
  });

  it('from this node itself, from one that left, or from nobody cause none, and cost twenty looks a second', () => {
    const { clock, watch, asked, looks } = make();
    for (const from of ['me:2', 'gone:2', 'x:9']) for (let i = 0; i < 50; i++) watch.note(from);
    assert.deepEqual(asked, []);
    assert.equal(looks(), 20);
    clock.advance(1_000);
    watch.note('a:2');
    assert.deepEqual(asked, ['a:1']);
  });
});

function make(): { clock: FakeClock; watch: UnreadableWatch; asked: string[]; looks: () => number } {
  const clock = new FakeClock();
  const asked: string[] = [];
  let looks = 0;
  const states = [
    ['me', 'alive'],
    ['a', 'suspect'],
    ['b', 'failed'],
    ['gone', 'left'],
  ] as const;
  const nodes = states.map(
    ([nodeId, state]) => ({ nodeId, state, isLocal: nodeId === 'me', address: `${nodeId}:1`, gossipAddress: `${nodeId}:2` }) as NodeInfo,
  );
  const watch = new UnreadableWatch({
    clock,
    nodes: () => {
      looks++;
      return nodes;
    },
    sync: (address) => asked.push(address),
  });
  return { clock, watch, asked, looks: () => looks };
}
