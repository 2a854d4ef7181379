import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { afterEach, describe, it } from 'node:test';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import type { DatagramSocket } from '../../../src/ports/datagram-socket.ts';
import { udpNetwork } from '../../../src/transports/udp/udp-network.ts';
import { parseAddress } from '../../../src/util/address.ts';
import { Deferred } from '../../../src/util/deferred.ts';
import { within } from '../../support/watched-connection.ts';

describe('UDP network', () => {
  const open: DatagramSocket[] = [];
  afterEach(async () => {
    for (const socket of open.splice(0)) await socket.close();
  });

  const bind = async (address: string, onMessage: (bytes: Uint8Array, from: string) => void = () => undefined): Promise<DatagramSocket> => {
    const socket = await udpNetwork().bind(address, onMessage);
    open.push(socket);
    return socket;
  };
  /** Sends `hello` until something comes: a datagram may be lost, even here. */
  const answerTo = async (sender: DatagramSocket, to: string, received: Deferred<string>): Promise<string> => {
    const timer = setInterval(() => sender.send(Buffer.from('hello'), to), 50);
    sender.send(Buffer.from('hello'), to);
    try {
      return await within(5000, `a datagram at ${to}`, received.promise);
    } finally {
      clearInterval(timer);
    }
  };

  it('on port 0 chooses a port and tells it', async () => {
    const [one, two] = [await bind('127.0.0.1:0'), await bind('127.0.0.1:0')];
    assert.match(one.address, /^127\.0\.0\.1:[1-9]\d*$/);
    assert.notEqual(one.address, two.address);
  });

  it('fails with ALREADY_EXISTS on a port in use', async () => {
    const { address } = await bind('127.0.0.1:0');
    await assert.rejects(bind(address), failure('ALREADY_EXISTS', new RegExp(`${address} is in use`)));
  });

  it('fails with INVALID_ARGUMENT on an address of another machine, and on none', async () => {
    await assert.rejects(bind('192.0.2.1:0'), failure('INVALID_ARGUMENT', /no address 192\.0\.2\.1:0 \(EADDRNOTAVAIL\)/));
    await assert.rejects(bind('no-such-host.invalid:0'), failure('INVALID_ARGUMENT', /no address no-such-host\.invalid:0/));
    for (const address of ['127.0.0.1', '::1:80', '', '127.0.0.1:70000']) {
      await assert.rejects(bind(address), failure('INVALID_ARGUMENT', /Expected address to be host:port/));
    }
  });

  const pairs = [
    { from: '127.0.0.1', to: '127.0.0.1', via: '127.0.0.1', shown: '127.0.0.1' },
    { from: '[::1]', to: '[::1]', via: '[::1]', shown: '[::1]' },
    { from: '127.0.0.1', to: '[::]', via: '127.0.0.1', shown: '127.0.0.1' },
    { from: '[::]', to: '127.0.0.1', via: '127.0.0.1', shown: '127.0.0.1' },
    { from: '127.0.0.1', to: '0.0.0.0', via: 'localhost', shown: '127.0.0.1' },
  ];
  for (const { from, to, via, shown } of pairs) {
    it(`carries datagrams from ${from} to ${via}, bound to ${to}, and shows where they come from`, async () => {
      const received = new Deferred<string>();
      const receiver = await bind(`${to}:0`, (bytes, source) => received.resolve(`${Buffer.from(bytes).toString()} from ${source}`));
      const sender = await bind(`${from}:0`);
      const { port } = parseAddress(receiver.address)!;
      const answer = await answerTo(sender, `${via}:${port}`, received);
      assert.equal(answer, `hello from ${shown}:${parseAddress(sender.address)!.port}`);
    });
  }

  it('sends what the bytes were when send was called', async () => {
    const received = new Deferred<string>();
    const receiver = await bind('127.0.0.1:0', (bytes) => received.resolve(Buffer.from(bytes).toString()));
    const sender = await bind('127.0.0.1:0');
    const bytes = Buffer.from('before');
    sender.send(bytes, receiver.address);
    bytes.write('after!');
    assert.equal(await within(5000, 'the datagram', received.promise), 'before');
  });

  it('carries an empty datagram and one of 1200 bytes', async () => {
    const lengths = new Set<number>();
    const both = new Deferred<string>();
    const receiver = await bind('127.0.0.1:0', (bytes) => {
      if (lengths.add(bytes.length).size === 2) both.resolve('');
    });
    const sender = await bind('127.0.0.1:0');
    sender.send(new Uint8Array(0), receiver.address);
    sender.send(new Uint8Array(1200), receiver.address);
    await within(5000, 'both datagrams', both.promise);
    assert.deepEqual([...lengths].sort(), [0, 1200]);
  });

  it('loses without a word what is sent to a bad address, and goes on', async () => {
    const received = new Deferred<string>();
    const receiver = await bind('127.0.0.1:0', (bytes) => received.resolve(Buffer.from(bytes).toString()));
    const sender = await bind('127.0.0.1:0');
    const bad = [
      '',
      'nonsense',
      '127.0.0.1',
      '127.0.0.1:0',
      '127.0.0.1:70000',
      '[::1]:80',
      'no-such-host.invalid:80',
      '255.255.255.255:9',
      '[fe80::1%nowhere]:80',
    ];
    for (const address of bad) assert.doesNotThrow(() => sender.send(Buffer.from('lost'), address), address);
    sender.send(new Uint8Array(100_000), receiver.address);
    assert.equal(await answerTo(sender, receiver.address, received), 'hello');
  });

  it('goes on after a datagram to a port on which nobody listens', async () => {
    const received = new Deferred<string>();
    const receiver = await bind('127.0.0.1:0', (bytes) => received.resolve(Buffer.from(bytes).toString()));
    const gone = await bind('127.0.0.1:0');
    const sender = await bind('127.0.0.1:0');
    await gone.close();
    for (let i = 0; i < 10; i++) sender.send(Buffer.from('lost'), gone.address);
    assert.equal(await answerTo(sender, receiver.address, received), 'hello');
  });

  it('is closed once and for all: no message comes, sending is harmless, the port is free', async () => {
    let messages = 0;
    const socket = await bind('127.0.0.1:0', () => messages++);
    const plain = createSocket('udp4');
    const { port } = parseAddress(socket.address)!;
    await new Promise<void>((resolve) => plain.send('waits in the socket', port, '127.0.0.1', () => resolve()));
    await Promise.all([socket.close(), socket.close()]);
    socket.send(Buffer.from('x'), '127.0.0.1:9');
    assert.equal(messages, 0);
    plain.close();
    await bind(socket.address);
  });
});

function failure(code: string, message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof RpcError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    return true;
  };
}
