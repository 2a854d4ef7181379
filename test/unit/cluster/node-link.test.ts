import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { joinMethod, type Keyed, syncMethod, tagsMethod } from '../../../src/cluster/internal-methods.ts';
import { NODE_ID_KEY } from '../../../src/cluster/peer-guard.ts';
import { NO_SECURITY } from '../../../src/cluster/security-state.ts';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import type { Transport } from '../../../src/ports/transport.ts';
import { RpcClient } from '../../../src/rpc/rpc-client.ts';
import type { JoinRequest, MemberRecord, SyncRequest } from '../../../src/swim/exchange.ts';
import type { NodeInfo } from '../../../src/swim/node-info.ts';
import { VirtualCluster } from '../../support/virtual-cluster.ts';

describe('a newcomer to a cluster whose view does not fit one answer', () => {
  /** The milliseconds after its join until it knows all; the others have their addresses from `addressOf`. */
  const untilAllIsKnown = async (addressOf: (nodeId: string) => string): Promise<number> => {
    const virtual = new VirtualCluster();
    const seed = await virtual.node('seed');
    const stranger = strangerTo(virtual, 'seed:1000');
    // With long tags about 150 members fit one answer: the join brings some, and several exchanges bring the rest.
    const count = 500;
    for (let i = 0; i < count; i += 100) {
      const names = Array.from({ length: 100 }, (_, k) => `m${i + k}`);
      const joins = names.map((nodeId) => stranger.unary(joinMethod, joinOf({ ...member(nodeId), address: addressOf(nodeId) })));
      await virtual.until(Promise.all(joins));
    }
    await stranger.close();
    assert.equal(seed.cluster.nodes().length, count + 1);
    const newcomer = await virtual.node('newcomer', { seeds: ['seed:1000'] });
    assert.ok(newcomer.cluster.nodes().length < count, 'the join alone brings not all');
    const joinedAt = virtual.clock.now();
    while (newcomer.cluster.nodes().length < count + 2 && virtual.clock.now() < joinedAt + 10_000) await virtual.pass(10);
    return virtual.clock.now() - joinedAt;
  };

  it('knows all of it right after its join', async () => {
    const tookMs = await untilAllIsKnown(() => 'seed:1000');
    assert.ok(tookMs <= 150, `${tookMs} ms`);
  });

  it('asks the seed when another member does not answer', async () => {
    const tookMs = await untilAllIsKnown((nodeId) => `${nodeId}:1`);
    assert.ok(tookMs <= 3_300, `${tookMs} ms`);
  });
});

describe('a node that is asked by very many at once', () => {
  it('exchanges views with 16 of them, and tells the others when to come back', async () => {
    const virtual = new VirtualCluster();
    await virtual.node('seed');
    const outcomes = await ask(virtual, 40, (stranger, i) => stranger.unary(syncMethod, syncOf(member(`m${i}`))));
    assert.equal(outcomes.filter((outcome) => outcome === 'served').length, 16);
    for (const outcome of outcomes) if (outcome !== 'served') assertBusy(outcome);
  });

  it('gives large tags to 16 of them, of its own cluster', async () => {
    const virtual = new VirtualCluster();
    await virtual.node('seed', { tags: { text: 'x'.repeat(5000) } });
    const question = { clusterName: 'default', wanted: [] };
    const named = { metadata: { [NODE_ID_KEY]: 'stranger' } };
    const outcomes = await ask(virtual, 40, (stranger) => stranger.unary(tagsMethod, question, named));
    assert.equal(outcomes.filter((outcome) => outcome === 'served').length, 16);
    for (const outcome of outcomes) if (outcome !== 'served') assertBusy(outcome);
    const [refused] = await ask(virtual, 1, (stranger) => stranger.unary(tagsMethod, { ...question, clusterName: 'another' }, named));
    assert.ok(refused !== 'served' && refused?.code === 'FAILED_PRECONDITION', String(refused));
  });

  it('takes 128 newcomers in, also while as many exchanges as may be are under way', async () => {
    const virtual = new VirtualCluster();
    const seed = await virtual.node('seed');
    const syncs = ask(virtual, 40, (stranger, i) => stranger.unary(syncMethod, syncOf(member(`s${i}`))));
    const joins = await ask(virtual, 200, (stranger, i) => stranger.unary(joinMethod, joinOf(member(`m${i}`))));
    await syncs;
    assert.equal(joins.filter((outcome) => outcome === 'served').length, 128);
    for (const outcome of joins) if (outcome !== 'served') assertBusy(outcome);
    assert.equal(seed.cluster.nodes().filter(({ nodeId }) => nodeId.startsWith('m')).length, 128);
  });
});

describe('a newcomer whose seed is slow', () => {
  it('joins over the connection that an earlier attempt asked for', async () => {
    const virtual = new VirtualCluster();
    await virtual.node('seed');
    const transport = virtual.network.transport({ host: 'newcomer', certificate: { commonName: 'newcomer' } });
    let connects = 0;
    const counting: Transport = {
      ...transport,
      connect: (...parameters) => {
        connects += 1;
        return transport.connect(...parameters);
      },
    };
    // A handshake takes longer than an attempt may.
    virtual.network.setConditions({ latencyMs: 1_700 });
    const newcomer = await virtual.node('newcomer', { seeds: ['seed:1000'], waitForJoin: false }, { transport: counting });
    await virtual.pass(6_500, 10);
    virtual.network.setConditions({ latencyMs: 1 });
    await virtual.until(newcomer.cluster.ready({ minNodes: 2 }));
    assert.equal(connects, 1);
  });

  it('has joined when a member exchanges views with it, though no answer to its own join came', async () => {
    const virtual = new VirtualCluster();
    const seed = await virtual.node('seed');
    seed.server.registerMethod({ kind: 'unary', method: joinMethod, handle: () => new Promise<never>(() => undefined) });
    const joining = virtual.node('newcomer', { seeds: ['seed:1000'] });
    await virtual.pass(6_000, 10);
    const sender = seed.cluster.node('seed') as NodeInfo;
    const stranger = strangerTo(virtual, 'newcomer:1000');
    await virtual.until(stranger.unary(syncMethod, syncOf(sender)));
    await stranger.close();
    const newcomer = await joining;
    assert.equal(newcomer.cluster.node('seed')?.state, 'alive');
  });

  it('says that the seed was not reached when there is no connection in time', async () => {
    const virtual = new VirtualCluster();
    await virtual.node('seed');
    virtual.network.setConditions({ latencyMs: 60_000 });
    const attempt = virtual.node('newcomer', { seeds: ['seed:1000'], joinTimeoutMs: 20_000 });
    await assert.rejects(virtual.until(attempt), {
      code: 'UNAVAILABLE',
      message: /^No seed could be reached within 20000 ms \(seed:1000: /,
    });
  });
});

describe('a node that the other side is too busy for', () => {
  it('asks again when it was told to, until it is served', async () => {
    const virtual = new VirtualCluster();
    const asked: number[] = [];
    const a = await virtual.node('a', { membership: { syncIntervalMs: 0 } });
    a.server.registerMethod({
      kind: 'unary',
      method: syncMethod,
      handle: () => {
        asked.push(virtual.clock.now());
        if (asked.length <= 2) throw new RpcError('RESOURCE_EXHAUSTED', 'full', { retryAfterMs: 300 });
        return { message: { sender: member('a'), records: [], wanted: [], hasMore: false }, security: NO_SECURITY };
      },
    });
    await virtual.node('b', { seeds: ['a:1000'], membership: { syncIntervalMs: 20_000 } });
    await virtual.pass(19_990, 20);
    const [first = 0, second = 0, third = 0] = asked;
    assert.equal(asked.length, 3);
    for (const pauseMs of [second - first, third - second]) assert.ok(pauseMs >= 300 && pauseMs <= 620, `${pauseMs} ms`);
  });
});

/** What became of each call, all made in one moment by somebody outside the cluster. */
async function ask(
  virtual: VirtualCluster,
  count: number,
  call: (stranger: RpcClient, i: number) => Promise<unknown>,
): Promise<('served' | RpcError)[]> {
  const stranger = strangerTo(virtual, 'seed:1000');
  await virtual.until(stranger.connect());
  const calls = Array.from({ length: count }, (_, i) =>
    call(stranger, i).then(
      () => 'served' as const,
      (error: RpcError) => error,
    ),
  );
  const outcomes = await virtual.until(Promise.all(calls));
  await stranger.close();
  return outcomes;
}

function assertBusy(error: RpcError): void {
  assert.equal(error.code, 'RESOURCE_EXHAUSTED');
  assert.ok((error.retryAfterMs ?? 0) >= 125 && (error.retryAfterMs ?? 0) <= 375, String(error.retryAfterMs));
}

function strangerTo(virtual: VirtualCluster, address: string): RpcClient {
  const transport = virtual.network.transport({ host: 'stranger', certificate: { commonName: 'stranger' } });
  return new RpcClient(address, { transport, runtime: virtual.runtime });
}

/** A node at whose address the seed answers, so that it can be asked about the others; with tags as long as they may be. */
function member(nodeId: string): MemberRecord {
  const tags = { text: 'x'.repeat(500) };
  return { nodeId, epoch: 1, incarnation: 0, state: 'alive', address: 'seed:1000', gossipAddress: `${nodeId}:2`, tags };
}

function joinOf(self: MemberRecord): Keyed<JoinRequest> {
  return { message: { clusterName: 'default', minVersion: 1, maxVersion: 1, self }, security: NO_SECURITY };
}

function syncOf(sender: MemberRecord): Keyed<SyncRequest> {
  return { message: { clusterName: 'default', sender, page: 0, pages: 1, digest: [], records: [] }, security: NO_SECURITY };
}
