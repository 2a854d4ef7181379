import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RpcError } from '../../../../src/errors/rpc-error.ts';
import type { DatagramSocket } from '../../../../src/ports/datagram-socket.ts';
import { FakeClock } from '../../../../src/testing/fake-clock.ts';
import { seededRandom } from '../../../../src/testing/seeded-random.ts';
import type { MemoryConditions } from '../../../../src/transports/memory/memory-conditions.ts';
import { createMemoryNetwork, type MemoryNetwork } from '../../../../src/transports/memory/memory-network.ts';

interface Setup {
  readonly clock: FakeClock;
  readonly network: MemoryNetwork;
  /** On host `a`. */
  readonly sender: DatagramSocket;
  /** On host `b`. */
  readonly receiver: DatagramSocket;
  readonly received: string[];
}

async function setUp(conditions: MemoryConditions = {}): Promise<Setup> {
  const clock = new FakeClock();
  const network = createMemoryNetwork({ clock, random: seededRandom(1), ...conditions });
  const received: string[] = [];
  const sender = await network.datagrams({ host: 'a' }).bind('a:0', () => undefined);
  const receiver = await network.datagrams({ host: 'b' }).bind('b:0', (bytes, from) => {
    received.push(`${clock.now()} ${from === sender.address ? 'a' : from} ${Buffer.from(bytes).toString()}`);
  });
  return { clock, network, sender, receiver, received };
}

function send({ sender, receiver }: Setup, count: number): void {
  for (let i = 0; i < count; i++) sender.send(Buffer.from(String(i)), receiver.address);
}

describe('memory datagrams', () => {
  it('arrive after the latency, with the address of the sender', async () => {
    const setup = await setUp({ latencyMs: 20 });
    send(setup, 1);
    setup.clock.advance(19);
    assert.deepEqual(setup.received, []);
    setup.clock.advance(1);
    assert.deepEqual(setup.received, ['20 a 0']);
  });

  it('are copied when they are sent', async () => {
    const setup = await setUp();
    const bytes = Buffer.from('before');
    setup.sender.send(bytes, setup.receiver.address);
    bytes.write('after!');
    setup.clock.advance(0);
    assert.deepEqual(setup.received, ['0 a before']);
  });

  it('are lost in about the share asked for, the same ones from the same seed', async () => {
    const run = async (): Promise<readonly string[]> => {
      const setup = await setUp({ datagramLoss: 0.3 });
      send(setup, 2000);
      setup.clock.advance(0);
      return setup.received;
    };
    const received = await run();
    assert.ok(received.length > 1300 && received.length < 1500, `${received.length} of 2000 arrived`);
    assert.deepEqual(await run(), received);
  });

  it('are all lost at a loss of 1, until conditions change', async () => {
    const setup = await setUp({ datagramLoss: 1 });
    send(setup, 100);
    setup.network.setConditions({ datagramLoss: 0 });
    send(setup, 3);
    setup.clock.advance(0);
    assert.equal(setup.received.length, 3);
  });

  it('arrive twice when all are duplicated', async () => {
    const setup = await setUp({ datagramDuplication: 1 });
    send(setup, 2);
    setup.clock.advance(0);
    assert.deepEqual(setup.received.sort(), ['0 a 0', '0 a 0', '0 a 1', '0 a 1']);
  });

  it('overtake each other by jitter', async () => {
    const setup = await setUp({ jitterMs: 50 });
    send(setup, 50);
    setup.clock.advance(50);
    const order = setup.received.map((line) => Number(line.split(' ')[2]));
    assert.equal(order.length, 50);
    assert.notDeepEqual(
      order,
      [...order].sort((a, b) => a - b),
    );
  });

  it('are lost across a partition, also those under way, and pass again after it heals', async () => {
    const setup = await setUp({ latencyMs: 10 });
    send(setup, 1);
    setup.network.partition(['a'], ['b']);
    send(setup, 1);
    setup.clock.advance(100);
    setup.network.heal();
    setup.clock.advance(100);
    assert.deepEqual(setup.received, []);
    send(setup, 1);
    setup.clock.advance(10);
    assert.deepEqual(setup.received, ['210 a 0']);
  });

  it('neither reach nor leave an endpoint that crashed', async () => {
    const setup = await setUp();
    send(setup, 1);
    setup.network.crash('b');
    send(setup, 1);
    setup.network.crash(setup.sender.address);
    send(setup, 1);
    setup.clock.advance(100);
    assert.deepEqual(setup.received, []);
  });

  it('are lost without a word where nobody listens or the address is none', async () => {
    const setup = await setUp();
    for (const address of ['b:9', 'nowhere', '', 'b:70000']) setup.sender.send(Buffer.from('x'), address);
    await setup.receiver.close();
    send(setup, 1);
    setup.clock.advance(10);
    assert.deepEqual(setup.received, []);
  });

  it('reach a socket that is bound to every host, which answers as its own', async () => {
    const { network, clock } = await setUp();
    const from: string[] = [];
    const everywhere = await network.datagrams({ host: 'c' }).bind('0.0.0.0:7000', () => undefined);
    const asker = await network.datagrams({ host: 'd' }).bind('d:7000', (_bytes, sender) => void from.push(sender));
    everywhere.send(Buffer.from('x'), asker.address);
    clock.advance(0);
    assert.deepEqual(from, ['c:7000']);
  });

  it('have a port of their own', async () => {
    const { network, receiver } = await setUp();
    assert.match(receiver.address, /^b:\d+$/);
    await assert.rejects(
      network.datagrams({ host: 'b' }).bind(receiver.address, () => undefined),
      (error) => error instanceof RpcError && error.code === 'ALREADY_EXISTS',
    );
  });
});
