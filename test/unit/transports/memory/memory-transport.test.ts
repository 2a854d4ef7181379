import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RpcError } from '../../../../src/errors/rpc-error.ts';
import type { Connection, ConnectOptions, Lane, Listener, ListenOptions } from '../../../../src/ports/transport.ts';
import { FakeClock } from '../../../../src/testing/fake-clock.ts';
import { seededRandom } from '../../../../src/testing/seeded-random.ts';
import {
  createMemoryNetwork,
  type MemoryEndpointOptions,
  type MemoryNetwork,
  type MemoryNetworkOptions,
} from '../../../../src/transports/memory/memory-network.ts';

const ALPN = 'test/1';

/** Two hosts, `a` with a server and `b` with a client, under virtual time. Everything that happens is noted with its time. */
class TwoHosts {
  readonly clock = new FakeClock();
  readonly network: MemoryNetwork;
  readonly log: string[] = [];

  constructor(options: Omit<MemoryNetworkOptions, 'clock' | 'random'> = {}) {
    this.network = createMemoryNetwork({ clock: this.clock, random: seededRandom(1), ...options });
  }

  note(text: string): void {
    this.log.push(`${this.clock.now()} ${text}`);
  }

  listen(options: Partial<ListenOptions> = {}, endpoint: MemoryEndpointOptions = {}): Promise<Listener> {
    const onConnection = (connection: Connection): void => this.watch('server', connection);
    return this.network.transport({ host: 'a', ...endpoint }).listen({ address: 'a:1', alpn: ALPN, onConnection, ...options });
  }

  /** Connects and moves time on until it has worked or failed. */
  async connect(options: Partial<ConnectOptions> = {}, endpoint: MemoryEndpointOptions = {}, waitMs = 100): Promise<Connection> {
    const attempt = this.network.transport({ host: 'b', ...endpoint }).connect('a:1', { alpn: ALPN, ...options });
    this.clock.advance(waitMs);
    const connection = await attempt;
    this.watch('client', connection);
    return connection;
  }

  watch(side: string, connection: Connection): void {
    connection.setHandler({
      onLane: (lane) => this.listenTo(side, lane),
      onClose: ({ by, code, reason }) => this.note(`${side} closed by ${by} ${code} ${reason}`),
    });
  }

  listenTo(side: string, lane: Lane): void {
    lane.setHandler({
      onData: (bytes) => this.note(`${side} got ${Buffer.from(bytes).toString()}`),
      onDrain: () => this.note(`${side} has room`),
      onEnd: () => this.note(`${side} lane ended`),
    });
  }
}

function failure(code: string, message: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof RpcError && error.code === code && message.test(error.message);
}

describe('memory transport', () => {
  it('takes the latency once there and once back to connect, and once for each write', async () => {
    const hosts = new TwoHosts({ latencyMs: 10 });
    await hosts.listen();
    const attempt = hosts.network.transport({ host: 'b' }).connect('a:1', { alpn: ALPN });
    hosts.clock.advance(19);
    let isConnected = false;
    void attempt.then(() => {
      isConnected = true;
    });
    await Promise.resolve();
    assert.equal(isConnected, false);
    hosts.clock.advance(1);
    const connection = await attempt;
    hosts.watch('client', connection);
    connection.openLane().write(Buffer.from('hello'));
    hosts.clock.advance(50);
    assert.deepEqual(hosts.log, ['30 server got hello']);
  });

  it('keeps the order of a lane whatever the jitter', async () => {
    const hosts = new TwoHosts({ latencyMs: 5, jitterMs: 50 });
    await hosts.listen();
    const connection = await hosts.connect({}, {}, 200);
    const lane = connection.openLane();
    for (let i = 0; i < 50; i++) lane.write(Buffer.from(String(i)));
    hosts.clock.advance(200);
    assert.deepEqual(
      hosts.log.map((line) => line.split(' got ')[1]),
      Array.from({ length: 50 }, (_unused, i) => String(i)),
    );
  });

  it('delivers in a later turn even without latency', async () => {
    const hosts = new TwoHosts();
    await hosts.listen();
    const connection = await hosts.connect({}, {}, 0);
    connection.openLane().write(Buffer.from('x'));
    assert.deepEqual(hosts.log, []);
    hosts.clock.advance(0);
    assert.deepEqual(hosts.log, ['0 server got x']);
  });

  it('says full at 256 KiB under way and tells of room when they have arrived', async () => {
    const hosts = new TwoHosts({ latencyMs: 10 });
    await hosts.listen({
      onConnection: (connection) => connection.setHandler({ onLane: () => undefined, onClose: () => undefined }),
    });
    const connection = await hosts.connect();
    const lane = connection.openLane();
    hosts.listenTo('client', lane);
    assert.equal(lane.write(new Uint8Array(256 * 1024 - 1)), true);
    assert.equal(lane.write(new Uint8Array(1)), false);
    hosts.clock.advance(9);
    assert.deepEqual(hosts.log, []);
    hosts.clock.advance(1);
    assert.deepEqual(hosts.log, ['110 client has room']);
  });

  it('holds back across a partition and delivers after it heals, in order', async () => {
    const hosts = new TwoHosts({ latencyMs: 10 });
    await hosts.listen();
    const connection = await hosts.connect();
    const lane = connection.openLane();
    lane.write(Buffer.from('1'));
    hosts.network.partition(['a'], ['b']);
    lane.write(Buffer.from('2'));
    hosts.clock.advance(1000);
    assert.deepEqual(hosts.log, []);
    hosts.network.heal();
    hosts.clock.advance(10);
    assert.deepEqual(hosts.log, ['1100 server got 1', '1100 server got 2']);
  });

  it('leaves the hosts that a partition does not name alone', async () => {
    const hosts = new TwoHosts();
    await hosts.listen();
    hosts.network.partition(['a'], ['c', 'b:1']);
    const connection = await hosts.connect();
    connection.openLane().write(Buffer.from('x'));
    hosts.clock.advance(0);
    assert.deepEqual(hosts.log, ['100 server got x']);
  });

  it('ends both sides of a partition by their idle timeout, and nothing is delivered after it heals', async () => {
    const hosts = new TwoHosts({ latencyMs: 10 });
    await hosts.listen({ idleTimeoutMs: 500 });
    const connection = await hosts.connect({ idleTimeoutMs: 800 }, {}, 20);
    hosts.network.partition(['b'], ['a']);
    connection.openLane().write(Buffer.from('x'));
    hosts.clock.advance(600);
    const ends = ['client', 'server'].map((side) => `${side} closed by network 0 nothing came from the peer within the idle timeout`);
    assert.deepEqual(hosts.log.map((line) => line.replace(/^\d+ /, '')).sort(), ends);
    for (const line of hosts.log) assert.ok(Number(line.split(' ')[0]) <= 520, line);
    hosts.network.heal();
    hosts.clock.advance(600);
    assert.equal(hosts.log.length, 2);
  });

  it('does not end a connection on which something comes now and then', async () => {
    const hosts = new TwoHosts();
    await hosts.listen({ idleTimeoutMs: 100 });
    const connection = await hosts.connect({}, {}, 0);
    const lane = connection.openLane();
    for (let i = 0; i < 20; i++) {
      lane.write(Buffer.from('.'));
      hosts.clock.advance(60);
    }
    assert.equal(hosts.log.filter((line) => line.includes('closed')).length, 0);
    hosts.clock.advance(100);
    assert.equal(hosts.log.filter((line) => line.includes('closed')).length, 2);
  });

  it('ends an endpoint that crashes without a word: its own side hears nothing, the other its idle timeout', async () => {
    const hosts = new TwoHosts({ latencyMs: 1 });
    await hosts.listen({ idleTimeoutMs: 300 });
    const connection = await hosts.connect({}, {}, 10);
    const lane = connection.openLane();
    lane.write(Buffer.from('before'));
    hosts.clock.advance(5);
    hosts.network.crash('a');
    lane.write(Buffer.from('after'));
    hosts.clock.advance(1000);
    assert.deepEqual(hosts.log, [
      '11 server got before',
      '311 client closed by network 0 nothing came from the peer within the idle timeout',
    ]);
    const silent = hosts.connect({ connectTimeoutMs: 200 }, {}, 200);
    await assert.rejects(silent, failure('UNAVAILABLE', /Nothing answered at a:1 within 200 ms/));
    await hosts.listen();
    await hosts.connect();
  });

  it('delivers what was written before a close, then the close', async () => {
    const hosts = new TwoHosts({ latencyMs: 10 });
    await hosts.listen();
    const connection = await hosts.connect();
    connection.openLane().write(Buffer.from('last words'));
    connection.close(3, 'done');
    hosts.clock.advance(10);
    assert.deepEqual(hosts.log, ['100 client closed by local 3 done', '110 server got last words', '110 server closed by remote 3 done']);
  });

  it('keeps what comes before a handler is set, and the end too', async () => {
    const hosts = new TwoHosts();
    let server: Connection | undefined;
    await hosts.listen({
      onConnection: (connection) => {
        server = connection;
      },
    });
    const connection = await hosts.connect();
    connection.openLane().write(Buffer.from('early'));
    connection.close(0, 'bye');
    hosts.clock.advance(10);
    assert.ok(server);
    hosts.watch('server', server);
    hosts.clock.advance(0);
    assert.deepEqual(hosts.log.slice(1), ['110 server got early', '110 server closed by remote 0 bye']);
  });

  it('lets no timer of a closed connection keep a process alive', async () => {
    const hosts = new TwoHosts();
    const listener = await hosts.listen();
    const connection = await hosts.connect();
    assert.equal(hosts.clock.pendingReferenced, 0, 'an open connection has only timers that do not');
    connection.close(0, '');
    await listener.close();
    hosts.clock.advance(0);
    assert.equal(hosts.clock.pending, 0);
  });

  const refusals: readonly {
    readonly title: string;
    readonly listen?: Partial<ListenOptions>;
    readonly connect?: Partial<ConnectOptions>;
    readonly code: string;
    readonly message: RegExp;
  }[] = [
    { title: 'another protocol', connect: { alpn: 'other/1' }, code: 'FAILED_PRECONDITION', message: /a:1 does not speak other\/1/ },
    {
      title: 'a missing client certificate',
      listen: { clientAuth: 'require' },
      code: 'UNAUTHENTICATED',
      message: /wants a client certificate/,
    },
    { title: 'a port on which nobody listens', listen: { address: 'a:2' }, code: 'UNAVAILABLE', message: /Nothing listens at a:1/ },
  ];
  for (const { title, listen, connect, code, message } of refusals) {
    it(`refuses ${title}`, async () => {
      const hosts = new TwoHosts();
      await hosts.listen(listen);
      await assert.rejects(hosts.connect(connect), failure(code, message));
    });
  }

  it('shows certificates as the options of both sides say', async () => {
    const hosts = new TwoHosts();
    const seen: (string | undefined)[] = [];
    const onConnection = ({ peer }: Connection): void => void seen.push(peer.certificate?.commonName);
    await hosts.listen({ onConnection, clientAuth: 'request' }, { certificate: { commonName: 'server a' } });
    const connection = await hosts.connect({}, { certificate: { commonName: 'client b' } });
    await hosts.connect();
    assert.deepEqual(seen, ['client b', undefined]);
    assert.deepEqual(connection.peer.certificate?.subjectNames, ['DNS:server a']);
  });

  it('refuses a bound port and frees it when its listener closes', async () => {
    const hosts = new TwoHosts();
    const listener = await hosts.listen();
    await assert.rejects(hosts.listen(), failure('ALREADY_EXISTS', /Port of a:1 is in use/));
    await listener.close();
    await hosts.listen();
  });

  it('runs the same twice from the same seed', async () => {
    const run = async (): Promise<readonly string[]> => {
      const hosts = new TwoHosts({ latencyMs: 3, jitterMs: 20 });
      await hosts.listen();
      const connection = await hosts.connect();
      const lanes = [connection.openLane(), connection.openLane()];
      for (let i = 0; i < 40; i++) {
        lanes[i % 2]?.write(Buffer.from(String(i)));
        hosts.clock.advance(1);
      }
      hosts.clock.advance(100);
      return hosts.log;
    };
    assert.deepEqual(await run(), await run());
  });
});
