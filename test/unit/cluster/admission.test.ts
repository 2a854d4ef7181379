import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ClusterOptions } from '../../../src/cluster/cluster-options.ts';
import { gossipKey } from '../../../src/cluster/gossip-key.ts';
import { joinMethod, pingMethod, securityMethod, syncMethod } from '../../../src/cluster/internal-methods.ts';
import { configuredKeyState, foundedKeyState } from '../../../src/cluster/key-state.ts';
import { JOIN_TOKEN_KEY, NODE_ID_KEY } from '../../../src/cluster/peer-guard.ts';
import { NO_SECURITY, type SecurityState } from '../../../src/cluster/security-state.ts';
import { RpcClient } from '../../../src/rpc/rpc-client.ts';
import { VirtualCluster, type VirtualNode } from '../../support/virtual-cluster.ts';
import { aliveAt, at, joinAs, strangerAs, strangerRecord } from '../../support/virtual-nodes.ts';

describe('nodes of two clusters', () => {
  it('do not mix keys or expulsions, though one authority signed for both', async () => {
    const virtual = new VirtualCluster();
    const a = await virtual.node('a', { clusterName: 'one' });
    const client = strangerAs(virtual, 'b', 'a:1000');
    const { keyIds } = a.cluster.security.status();
    const expulsion = { nodeId: 'x', version: 9, isExpelled: true, reason: '', fingerprints: [], shared: [] };
    const security = { keys: { ...foundedKeyState(''), generation: 7 }, keyAgeMs: 0, expulsions: [expulsion] };
    const refusal = { code: 'FAILED_PRECONDITION', message: /cluster names differ/ };
    const message = { clusterName: 'two', sender: strangerRecord('b'), page: 0, pages: 1, digest: [], records: [] };
    const metadata = { [NODE_ID_KEY]: 'b' };
    await assert.rejects(virtual.until(client.unary(securityMethod, { message: 'two', security }, { metadata })), refusal);
    await assert.rejects(virtual.until(client.unary(syncMethod, { message, security })), refusal);
    await assert.rejects(virtual.node('b', { clusterName: 'two', seeds: ['a:1000'] }), {
      code: 'FAILED_PRECONDITION',
      message: /"one", not "two"/,
    });
    assert.equal(virtual.logged.filter((line) => /a node was not taken in.*one.*not.*two/.test(line)).length, 1);
    await client.close();
    const { keyIds: now, expelled } = a.cluster.security.status();
    assert.deepEqual({ now, expelled }, { now: keyIds, expelled: [] });
  });

  it('do not read each other, even with the same configured key', async () => {
    const virtual = new VirtualCluster();
    const gossip = { key: new Uint8Array(32).fill(1) };
    const nodes = [await virtual.node('a', { clusterName: 'one', gossip }), await virtual.node('b', { clusterName: 'two', gossip })];
    const packets: Uint8Array[] = [];
    const ear = await virtual.network.datagrams({ host: 'ear' }).bind('ear:5', (bytes) => void packets.push(bytes));
    // What the first sends to somebody new, the second is given.
    const client = strangerAs(virtual, 'c', 'a:1000');
    const self = { ...strangerRecord('c'), gossipAddress: 'ear:5' };
    await virtual.until(
      client.unary(joinMethod, { message: { clusterName: 'one', minVersion: 1, maxVersion: 1, self }, security: sameKeys() }),
    );
    await virtual.pass(2_000);
    assert.ok(packets.length > 0);
    const target = at(nodes, 1).cluster.node('b')?.gossipAddress as string;
    const recorded = [...packets];
    for (const packet of recorded) ear.send(packet, target);
    await virtual.pass(100);
    assert.deepEqual(at(nodes, 1).cluster.security.status().refusedDatagrams, { notAuthentic: recorded.length });
    await client.close();
    await ear.close();

    function sameKeys(): SecurityState {
      return { ...NO_SECURITY, keys: configuredKeyState(gossipKey(gossip.key), undefined) };
    }
  });
});

describe('who may take part', () => {
  it('is decided by authorize, for joins and for exchanges', async () => {
    const virtual = new VirtualCluster();
    const options: ClusterOptions = {
      authorize: ({ nodeId, certificate }) => certificate?.subjectNames.includes(`DNS:${nodeId}`) ?? false,
    };
    const a = await virtual.node('a', options);
    const b = await virtual.node('b', { ...options, seeds: ['a:1000'] });
    await assert.rejects(virtual.until(joinAs(virtual, { commonName: 'c', nodeId: 'b2' }, 'a:1000')), {
      code: 'PERMISSION_DENIED',
      message: /authorize.*"b2"/,
    });
    const client = strangerAs(virtual, 'c', 'a:1000');
    const message = { clusterName: 'default', sender: strangerRecord('b'), page: 0, pages: 1, digest: [], records: [] };
    await assert.rejects(virtual.until(client.unary(syncMethod, { message, security: NO_SECURITY })), { code: 'PERMISSION_DENIED' });
    await assert.rejects(virtual.until(client.unary(securityMethod, { message: 'default', security: NO_SECURITY })), {
      code: 'PERMISSION_DENIED',
    });
    await client.close();
    await virtual.pass(500);
    assert.deepEqual(aliveAt(a), ['a', 'b']);
    assert.deepEqual(aliveAt(b), ['a', 'b']);
  });

  it('is nobody who does not say its name, so that an expelled node cannot keep it to itself', async () => {
    const virtual = new VirtualCluster();
    const a = await virtual.node('a', { joinToken: 'secret' }, { clientAuth: 'none' });
    await virtual.until(a.cluster.security.expel('x'));
    const client = new RpcClient('a:1000', { transport: virtual.network.transport({ host: 'x' }), runtime: virtual.runtime });
    const nameless = { metadata: { [JOIN_TOKEN_KEY]: 'secret' } };
    const named = { metadata: { ...nameless.metadata, [NODE_ID_KEY]: 'x' } };
    const question = { message: 'default', security: NO_SECURITY };
    const denied = { code: 'PERMISSION_DENIED', message: /does not say its name/ };
    await assert.rejects(virtual.until(client.unary(securityMethod, question, nameless)), denied);
    await assert.rejects(virtual.until(client.unary(pingMethod, undefined, nameless)), denied);
    await assert.rejects(virtual.until(client.unary(securityMethod, question, named)), { code: 'PERMISSION_DENIED', message: /expelled/ });
    await client.close();
  });

  it('is nobody when authorize throws, and the log says so', async () => {
    const virtual = new VirtualCluster();
    await virtual.node('a', {
      authorize: () => {
        throw new Error('no list');
      },
    });
    await assert.rejects(virtual.node('b', { seeds: ['a:1000'] }), { code: 'PERMISSION_DENIED' });
    assert.ok(virtual.logged.some((line) => /authorize threw.*no list/.test(line)));
  });

  it('may be among its own seeds without a warning', async () => {
    const virtual = new VirtualCluster();
    await virtual.node('a');
    await virtual.node('b', { seeds: ['b:1000', 'a:1000'] });
    await virtual.pass(1_000);
    assert.deepEqual(
      virtual.logged.filter((line) => /not taken in|was refused/.test(line)),
      [],
    );
  });

  it('is told of in the log for each reason, once in a while', async () => {
    const virtual = new VirtualCluster();
    await virtual.node('a', { authorize: ({ nodeId }) => nodeId !== 'b' });
    const client = strangerAs(virtual, 'x', 'a:1000');
    for (const metadata of [{}, {}, { [NODE_ID_KEY]: 'b' }, { [NODE_ID_KEY]: 'b' }, {}]) {
      await assert.rejects(virtual.until(client.unary(pingMethod, undefined, { metadata })), { code: 'PERMISSION_DENIED' });
    }
    await client.close();
    const refused = virtual.logged.filter((line) => /a peer was refused/.test(line));
    assert.equal(refused.length, 2, refused.join('\n'));
    assert.match(refused[0] ?? '', /does not say its name/);
    assert.match(refused[1] ?? '', /authorize does not accept/);
  });

  it('is whoever shows one of several join tokens, so that they can be replaced node by node', async () => {
    const virtual = new VirtualCluster();
    const start = (nodeId: string, joinToken: string | readonly string[], seeds?: readonly string[]): Promise<VirtualNode> =>
      virtual.node(nodeId, { joinToken, ...(seeds && { seeds }) }, { clientAuth: 'none' });
    await start('a', ['old', 'new']);
    await start('b', ['new', 'old'], ['a:1000']);
    const c = await start('c', 'old', ['a:1000']);
    await start('d', 'new', ['b:1000']);
    await assert.rejects(start('e', 'other', ['a:1000']), { code: 'PERMISSION_DENIED', message: /join token/ });
    await assert.rejects(start('f', 'new', ['c:1000']), { code: 'PERMISSION_DENIED' });
    await virtual.pass(2_000);
    assert.deepEqual(aliveAt(c), ['a', 'b', 'c', 'd']);
    const refused = virtual.logged.filter((line) => /a peer was refused/.test(line));
    assert.ok(refused.length > 0 && refused.every((line) => /must show .* or the join token/.test(line)), refused.join('\n'));
    await assert.rejects(start('g', []), { code: 'INVALID_ARGUMENT', message: /joinToken/ });
    await assert.rejects(start('h', ['x', '']), { code: 'INVALID_ARGUMENT' });
  });
});
