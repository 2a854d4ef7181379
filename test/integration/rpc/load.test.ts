import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { inspect } from 'node:util';
import { Client } from '../../../src/client.ts';
import { Server } from '../../../src/server.ts';
import { rawMethod } from '../../../src/wire/raw-method.ts';
import { createTrust, type Trust } from '../../support/cluster-nodes.ts';

const feed = rawMethod('T.feed', 'serverStreaming');

describe('a client and a server over QUIC', () => {
  let trust: Trust;
  let server: Server;
  let client: Client;

  before(async () => {
    trust = await createTrust();
    server = new Server(trust);
    server.registerRaw('T.echo', (bytes) => bytes);
    server.registerRaw('T.big', () => Buffer.alloc(16_000, 7));
    server.registerMethod({
      kind: 'serverStreaming',
      method: feed,
      async *handle() {
        for (let i = 0; i < 2_000; i++) yield Buffer.alloc(50_000, i);
      },
    });
    client = await Client.connect(await server.listen('127.0.0.1:0'), { ca: trust.ca });
  });
  after(async () => {
    await client.close();
    await server.close({ graceMs: 0 });
  });

  it('answer thousands of calls that are made at once', async () => {
    const answers = await Promise.all(Array.from({ length: 4_000 }, () => client.callRaw('T.big', EMPTY)));
    assert.ok(answers.every((bytes) => bytes.length === 16_000 && bytes[15_999] === 7));
  });

  it('take thousands of large requests that are made at once', async () => {
    const request = Buffer.alloc(16_000, 9);
    const answers = await Promise.all(Array.from({ length: 4_000 }, () => client.callRaw('T.echo', request)));
    assert.ok(answers.every((bytes) => request.equals(bytes)));
  });

  it('carry large messages both ways beside small calls, all of them whole', async () => {
    const large = Array.from({ length: 12 }, (_, i) => Buffer.alloc(3_000_000, i));
    const both = await Promise.all([
      Promise.all(large.map((bytes) => client.callRaw('T.echo', bytes))),
      Promise.all(Array.from({ length: 500 }, (_, i) => client.callRaw('T.echo', Buffer.from(String(i))))),
    ]);
    for (const [i, bytes] of both[0].entries()) assert.ok((large[i] as Buffer).equals(bytes));
    assert.deepEqual(
      both[1].map(String),
      Array.from({ length: 500 }, (_, i) => String(i)),
    );
  });

  it('stop for a reader that does not read, and go on where it stopped', async () => {
    const stream = client.serverStreaming(feed, EMPTY);
    await stream.next();
    const before = process.memoryUsage().rss;
    await client.callRaw('T.echo', Buffer.alloc(1_000_000));
    assert.ok(process.memoryUsage().rss - before < 60_000_000);
    let count = 1;
    for await (const item of stream) assert.equal(item[0], count++ & 0xff);
    assert.equal(count, 2_000);
  });

  it('do not show the private key when they are printed', () => {
    for (const printed of [inspect(server, { depth: 10 }), inspect(client, { depth: 10 }), JSON.stringify(server)])
      assert.doesNotMatch(printed, /PRIVATE KEY/);
  });

  it('refuse to become a node twice', async () => {
    const node = new Server(trust);
    await node.listen('127.0.0.1:0');
    await node.enableCluster();
    await assert.rejects(node.enableCluster(), { code: 'ALREADY_EXISTS' });
    await node.close();
  });
});

const EMPTY = Buffer.alloc(0);
