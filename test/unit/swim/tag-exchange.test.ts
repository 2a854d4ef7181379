import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SwimEffect } from '../../../src/swim/effects.ts';
import { encodeTags, ownTags, type TagsReference } from '../../../src/swim/large-tags.ts';
import type { AlivePart } from '../../../src/swim/messages.ts';
import type { Tags } from '../../../src/swim/node-info.ts';
import { aliveOf, EngineUnderTest, EPOCH, eventsIn, hashTags, partsIn, recordOf } from './engine-under-test.ts';

type Fetch = Extract<SwimEffect, { readonly kind: 'fetchTags' }>;

/** Tags that do not fit an announcement; different ones for different names. */
function large(name: string): Tags {
  return { role: 'worker', name, text: 'x'.repeat(600) };
}

function referenceTo(tags: Tags): TagsReference {
  return ownTags(tags, hashTags).tagsReference as TagsReference;
}

function aliveWith(nodeId: string, tags: Tags, version: { epoch?: number; incarnation?: number } = {}): AlivePart {
  return { ...aliveOf(nodeId, version), tagsReference: referenceTo(tags) };
}

function fetchesIn(effects: readonly SwimEffect[]): Fetch[] {
  return effects.filter((effect) => effect.kind === 'fetchTags');
}

function lastFetch(engine: EngineUnderTest): Fetch {
  return fetchesIn(engine.effects).at(-1) ?? assert.fail('nothing was fetched');
}

function answer(engine: EngineUnderTest, fetch: Fetch, ...tags: readonly (readonly [nodeId: string, tags: Tags])[]): readonly SwimEffect[] {
  const found = tags.map(([nodeId, each]) => ({ nodeId, encoded: encodeTags(each) }));
  return engine.take(engine.swim.handleTagsResult(fetch.token, { kind: 'answered', reply: { found } }, engine.now));
}

function fail(engine: EngineUnderTest, fetch: Fetch): void {
  engine.take(engine.swim.handleTagsResult(fetch.token, { kind: 'failed' }, engine.now));
}

/** Of whom each fetch so far was asked. */
function askedNodes(engine: EngineUnderTest): string[] {
  return fetchesIn(engine.effects).map(({ nodeId }) => nodeId);
}

describe('a node that announces large tags', () => {
  it('is not shown before they are here, and joins with them', () => {
    const engine = new EngineUnderTest().meet('a');
    engine.receive('a', aliveWith('b', large('b')));
    assert.equal(engine.swim.node('b'), undefined);
    engine.pass(20, 'tags');
    const fetch = lastFetch(engine);
    assert.deepEqual([fetch.nodeId, fetch.address, fetch.request.wanted.map(({ nodeId }) => nodeId)], ['a', 'a:1', ['b']]);
    answer(engine, fetch, ['b', large('b')]);
    assert.deepEqual(engine.told('b'), ['nodeJoined']);
    assert.deepEqual(engine.swim.node('b')?.tags, large('b'));
    assert.equal(engine.swim.node('b')?.hasCurrentTags, true);
  });

  it('is passed on and probed meanwhile', () => {
    const engine = new EngineUnderTest().meet('a');
    engine.receive('a', aliveWith('b', large('b')));
    engine.pass(3000, 'gossip', 'probe');
    const [passedOn] = partsIn(engine.effects, 'alive').filter(({ nodeId }) => nodeId === 'b');
    assert.deepEqual([passedOn?.tags, passedOn?.tagsReference], [{}, referenceTo(large('b'))]);
    assert.ok(partsIn(engine.effects, 'ping', 'b').length > 0);
  });

  it('keeps its former tags until the new ones are here', () => {
    const engine = new EngineUnderTest().meet('a', 'b');
    engine.receive('b', aliveWith('b', large('b'), { incarnation: 1 }));
    assert.deepEqual([engine.swim.node('b')?.tags, engine.swim.node('b')?.hasCurrentTags], [{}, false]);
    assert.deepEqual(engine.told('b'), ['nodeJoined']);
    engine.pass(20, 'tags');
    const [updated] = eventsIn(answer(engine, lastFetch(engine), ['b', large('b')]));
    assert.ok(updated?.kind === 'nodeTagsUpdated');
    assert.deepEqual([updated.previousTags, updated.node.tags, updated.node.hasCurrentTags], [{}, large('b'), true]);
  });

  it('is not asked again when it refutes or restarts with the same tags', () => {
    const engine = new EngineUnderTest().meet('b');
    engine.receive('b', aliveWith('b', large('b'), { incarnation: 1 }));
    engine.pass(20, 'tags');
    answer(engine, lastFetch(engine), ['b', large('b')]);
    engine.receive('b', aliveWith('b', large('b'), { incarnation: 2 }));
    engine.receive('b', aliveWith('b', large('b'), { epoch: EPOCH + 1 }));
    engine.pass(60_000, 'tags');
    assert.equal(fetchesIn(engine.effects).length, 1);
    assert.deepEqual(engine.told('b'), ['nodeJoined', 'nodeTagsUpdated', 'nodeRestarted']);
    assert.deepEqual(engine.swim.node('b')?.tags, large('b'));
  });

  it('restarts at once without the tags of its former life, which may be wrong', () => {
    const engine = new EngineUnderTest().meet('b');
    engine.receive('b', aliveOf('b', { incarnation: 1, tags: { role: 'worker' } }));
    engine.receive('b', aliveWith('b', large('b'), { epoch: EPOCH + 1 }));
    assert.deepEqual(engine.told('b'), ['nodeJoined', 'nodeTagsUpdated', 'nodeRestarted']);
    assert.deepEqual([engine.swim.node('b')?.tags, engine.swim.node('b')?.hasCurrentTags], [{}, false]);
    engine.pass(20, 'tags');
    answer(engine, lastFetch(engine), ['b', large('b')]);
    assert.deepEqual(engine.told('b').at(-1), 'nodeTagsUpdated');
  });

  it('that fails before they came is told of to nobody', () => {
    const engine = new EngineUnderTest().meet('a');
    engine.receive('a', aliveWith('b', large('b')));
    engine.pass(20, 'tags');
    engine.receive('a', { kind: 'failed', nodeId: 'b', epoch: EPOCH, incarnation: 0, from: 'a' });
    engine.pass(60_000, 'suspicion');
    answer(engine, lastFetch(engine), ['b', large('b')]);
    assert.deepEqual(engine.told('b'), []);
    assert.deepEqual(
      engine.swim.nodes().map(({ nodeId }) => nodeId),
      ['me', 'a'],
    );
  });

  it('and comes back after it left is forgotten first, so that nobody keeps it if it never shows', () => {
    for (const version of [{ incarnation: 1 }, { epoch: EPOCH + 1 }]) {
      const engine = new EngineUnderTest().meet('a', 'b');
      engine.receive('a', { kind: 'left', nodeId: 'b', epoch: EPOCH, incarnation: 0 });
      engine.receive('a', aliveWith('b', large('b'), version));
      assert.equal(engine.swim.node('b'), undefined);
      assert.deepEqual(engine.told('b'), ['nodeJoined', 'nodeLeft', 'nodeReaped']);
      const reaped = eventsIn(engine.effects).find(({ kind }) => kind === 'nodeReaped');
      assert.ok(reaped?.kind === 'nodeReaped');
      assert.deepEqual([reaped.node.state, reaped.node.epoch, reaped.node.incarnation], ['left', EPOCH, 0]);
      engine.pass(20, 'tags');
      answer(engine, lastFetch(engine), ['b', large('b')]);
      assert.equal(engine.told('b').at(-1), 'nodeJoined');
    }
  });

  it('that is suspect when they come joins as a suspect', () => {
    const engine = new EngineUnderTest().meet('a', 'c');
    engine.receive('a', aliveWith('b', large('b')));
    engine.receive('a', { kind: 'suspect', nodeId: 'b', epoch: EPOCH, incarnation: 0, from: 'a' });
    engine.pass(20, 'tags');
    answer(engine, lastFetch(engine), ['b', large('b')]);
    assert.deepEqual(engine.told('b'), ['nodeJoined', 'nodeSuspect']);
  });

  it('that goes back to small tags is not waited for', () => {
    const engine = new EngineUnderTest().meet('a');
    engine.receive('a', aliveWith('b', large('b')));
    engine.receive('a', aliveOf('b', { incarnation: 1, tags: { role: 'worker' } }));
    assert.deepEqual(engine.told('b'), ['nodeJoined']);
    engine.pass(60_000, 'tags');
    assert.deepEqual(fetchesIn(engine.effects), []);
  });
});

describe('fetching large tags', () => {
  it('asks who told of them first and last, then the owner and others by turns, ever less often', () => {
    const engine = new EngineUnderTest().meet('a', 'c');
    engine.receive('a', aliveWith('b', large('b')));
    engine.receive('c', aliveWith('b', large('b')));
    for (let i = 0; i < 12; i++) {
      engine.pass(i === 0 ? 20 : 40_000, 'tags');
      fail(engine, lastFetch(engine));
    }
    const asked = askedNodes(engine);
    assert.deepEqual(asked.slice(0, 3), ['a', 'c', 'b']);
    assert.ok(asked.length <= 13, `${asked.length} fetches`);
    assert.ok(asked.slice(2).filter((nodeId) => nodeId === 'b').length >= 5);
  });

  it('comes to an end however often the answer fails at first', () => {
    const engine = new EngineUnderTest().meet('a');
    engine.receive('a', aliveWith('b', large('b')));
    for (let i = 0; i < 6; i++) {
      engine.pass(40_000, 'tags');
      fail(engine, lastFetch(engine));
    }
    engine.pass(40_000, 'tags');
    answer(engine, lastFetch(engine), ['b', large('b')]);
    assert.deepEqual(engine.told('b'), ['nodeJoined']);
  });

  it('refuses tags that are not those announced, says so, and asks elsewhere', () => {
    const engine = new EngineUnderTest().meet('a');
    engine.receive('a', aliveWith('b', large('b')));
    engine.pass(20, 'tags');
    const effects = answer(engine, lastFetch(engine), ['b', large('another')]);
    assert.ok(effects.some((effect) => effect.kind === 'dropped' && effect.reason === 'wrongTags'));
    assert.equal(engine.swim.node('b'), undefined);
    engine.pass(1000, 'tags');
    assert.equal(askedNodes(engine).length, 2);
  });

  it('ignores an answer that comes twice, or for tags that were announced anew meanwhile', () => {
    const engine = new EngineUnderTest().meet('a', 'b');
    engine.receive('b', aliveWith('b', large('old'), { incarnation: 1 }));
    engine.pass(20, 'tags');
    const stale = lastFetch(engine);
    engine.receive('b', aliveWith('b', large('new'), { incarnation: 2 }));
    answer(engine, stale, ['b', large('old')]);
    answer(engine, stale, ['b', large('old')]);
    assert.deepEqual(engine.told('b'), ['nodeJoined']);
    engine.pass(20, 'tags');
    answer(engine, lastFetch(engine), ['b', large('new')]);
    assert.deepEqual(engine.swim.node('b')?.tags, large('new'));
  });

  it('takes only what it asked for from an answer', () => {
    const engine = new EngineUnderTest().meet('a', 'c');
    engine.receive('a', aliveWith('b', large('b')));
    engine.pass(20, 'tags');
    answer(engine, lastFetch(engine), ['c', large('c')], ['b', large('b')], ['unknown', large('u')]);
    assert.deepEqual(engine.swim.node('c')?.tags, {});
    assert.deepEqual(engine.swim.node('b')?.tags, large('b'));
  });

  it('asks one node once for everything that it told of, and at most four nodes at a time', () => {
    const engine = new EngineUnderTest().meet('a', 'c', 'd', 'e', 'f');
    const members = Array.from({ length: 70 }, (_, i) => recordOf(`m${i}`, { tagsReference: referenceTo(large(`m${i}`)) }));
    engine.take(engine.swim.handleSyncReply({ sender: recordOf('a'), records: members, wanted: [], hasMore: false }, engine.now).effects);
    for (const teller of ['c', 'd', 'e', 'f']) engine.receive(teller, aliveWith(`of-${teller}`, large(teller)));
    engine.pass(20, 'tags');
    const fetches = fetchesIn(engine.effects);
    assert.deepEqual(
      fetches.map(({ nodeId }) => nodeId),
      ['a', 'c', 'd', 'e'],
    );
    assert.equal(fetches[0]?.request.wanted.length, 64);
    answer(engine, fetches[0] as Fetch, ...members.slice(0, 64).map(({ nodeId }) => [nodeId, large(nodeId)] as const));
    assert.deepEqual(askedNodes(engine).slice(4), ['a']);
    assert.equal(lastFetch(engine).request.wanted.length, 6);
    assert.equal(engine.swim.nodes().filter(({ nodeId }) => nodeId.startsWith('m')).length, 64 + 1);
  });

  it('waits for as long as a busy node says', () => {
    const engine = new EngineUnderTest().meet('a');
    engine.receive('a', aliveWith('b', large('b')));
    engine.pass(20, 'tags');
    engine.take(engine.swim.handleTagsResult(lastFetch(engine).token, { kind: 'failed', retryAfterMs: 8000 }, engine.now));
    engine.pass(5900, 'tags');
    assert.equal(askedNodes(engine).length, 1);
    engine.pass(4200, 'tags');
    assert.equal(askedNodes(engine).length, 2);
  });

  it('is over when the node leaves', () => {
    const engine = new EngineUnderTest().meet('a');
    engine.receive('a', aliveWith('b', large('b')));
    engine.receive('a', { kind: 'left', nodeId: 'b', epoch: EPOCH, incarnation: 0 });
    engine.pass(60_000, 'tags');
    assert.deepEqual(fetchesIn(engine.effects), []);
  });
});

describe('serving large tags', () => {
  const questionFor = (nodeId: string, tags: Tags, clusterName = 'default') => ({
    clusterName,
    wanted: [{ nodeId, hash: referenceTo(tags).hash }],
  });

  it('gives its own and those it fetched, and no others', () => {
    const engine = new EngineUnderTest({ tags: large('me') }).meet('a');
    assert.deepEqual(engine.swim.handleTagsRequest(questionFor('me', large('me')))?.found, [
      { nodeId: 'me', encoded: encodeTags(large('me')) },
    ]);
    engine.receive('a', aliveWith('b', large('b')));
    assert.deepEqual(engine.swim.handleTagsRequest(questionFor('b', large('b')))?.found, []);
    engine.pass(20, 'tags');
    answer(engine, lastFetch(engine), ['b', large('b')]);
    assert.equal(engine.swim.handleTagsRequest(questionFor('b', large('b')))?.found.length, 1);
    assert.equal(engine.swim.handleTagsRequest(questionFor('b', large('other')))?.found.length, 0);
    assert.equal(engine.swim.handleTagsRequest(questionFor('b', large('b'), 'another cluster')), undefined);
  });

  it('gives at most 64 of them, and 256 KiB', () => {
    const tags = { text: 'x'.repeat(16_000) };
    const engine = new EngineUnderTest({ tags });
    const wanted = Array.from({ length: 1000 }, () => ({ nodeId: 'me', hash: referenceTo(tags).hash }));
    const found = engine.swim.handleTagsRequest({ clusterName: 'default', wanted })?.found ?? [];
    assert.ok(found.reduce((sum, { encoded }) => sum + encoded.length, 0) <= 256 * 1024);
    assert.equal(found.length, 16);
  });

  it('announces its own by reference, from the start and when they change', () => {
    const engine = new EngineUnderTest({ tags: large('me') });
    assert.deepEqual(engine.swim.createJoinRequest().self.tagsReference, referenceTo(large('me')));
    assert.deepEqual(engine.swim.createJoinRequest().self.tags, {});
    engine.meet('a');
    engine.take(engine.swim.setTags(large('new'), engine.now));
    engine.pass(300, 'gossip');
    const own = partsIn(engine.effects, 'alive', 'a').filter(({ nodeId }) => nodeId === 'me');
    assert.deepEqual([own.at(-1)?.incarnation, own.at(-1)?.tagsReference], [1, referenceTo(large('new'))]);
    assert.deepEqual(engine.swim.node('me')?.tags, large('new'));
  });
});
