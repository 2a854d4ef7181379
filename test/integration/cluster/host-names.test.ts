import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import type { DatagramSocket } from '../../../src/ports/datagram-socket.ts';
import { udpNetwork } from '../../../src/transports/udp/udp-network.ts';
import { parseAddress } from '../../../src/util/address.ts';
import { eventually } from '../../support/cluster-nodes.ts';

describe('datagrams to a host name', () => {
  const open: DatagramSocket[] = [];
  afterEach(async () => {
    for (const socket of open.splice(0)) await socket.close();
  });

  it('cost one lookup, however many they are, and the first of them arrive too', async () => {
    const asked: string[] = [];
    const lookup = (host: string): Promise<readonly string[]> => {
      asked.push(host);
      return Promise.resolve(['::1', '127.0.0.1']);
    };
    const network = udpNetwork({ lookup });
    const received: string[] = [];
    const receiver = await network.bind('127.0.0.1:0', (bytes) => received.push(Buffer.from(bytes).toString()));
    const sender = await network.bind('127.0.0.1:0', () => undefined);
    open.push(receiver, sender);
    const to = `node.example:${parseAddress(receiver.address)?.port}`;
    const send = (): void => sender.send(Buffer.from(`number ${received.length}`), to);
    send();
    await eventually('twenty datagrams', () => {
      send();
      return received.length >= 20;
    });
    assert.ok(received.includes('number 0'));
    assert.deepEqual(asked, ['node.example']);
  });

  it('that has no address are lost without harm', async () => {
    const network = udpNetwork({ lookup: () => Promise.reject(new Error('no such name')) });
    const received: string[] = [];
    const receiver = await network.bind('127.0.0.1:0', (bytes) => received.push(Buffer.from(bytes).toString()));
    const sender = await network.bind('127.0.0.1:0', () => undefined);
    open.push(receiver, sender);
    for (let i = 0; i < 500; i++) sender.send(Buffer.from('lost'), 'gone.example:4000');
    await eventually('a datagram to another address', () => {
      sender.send(Buffer.from('arrives'), receiver.address);
      return received.length > 0;
    });
    assert.deepEqual([...new Set(received)], ['arrives']);
  });
});
