import { RpcError } from '../../src/errors/rpc-error.ts';
import type { Connection, Listener, ListenOptions, Transport } from '../../src/ports/transport.ts';
import type { RpcClientOptions } from '../../src/rpc/client-options.ts';
import { RpcClient } from '../../src/rpc/rpc-client.ts';
import { RpcServer } from '../../src/rpc/rpc-server.ts';
import type { Runtime } from '../../src/rpc/runtime.ts';
import type { RpcServerOptions } from '../../src/rpc/server-options.ts';
import { seededRandom } from '../../src/testing/seeded-random.ts';
import { FakeConnection, FakeWire } from './fake-wire.ts';

/** A client and a server of the real shell over a {@link FakeWire}, on virtual time. */
export class FakeRpc {
  readonly wire: FakeWire = new FakeWire();
  readonly logged: string[] = [];
  readonly runtime: Runtime;
  /** Every connection made, the client's ends. */
  readonly connections: FakeConnection[] = [];
  /** While set, connecting fails with it. */
  refuse: RpcError | undefined;
  readonly transport: Transport;
  #listening: ListenOptions | undefined;

  constructor() {
    const log = (message: string, fields?: object): void => void this.logged.push(`${message} ${JSON.stringify(fields ?? {})}`);
    this.runtime = {
      ...this.wire.environment,
      random: seededRandom(1),
      logger: { debug: () => undefined, info: log, warn: log, error: log },
    };
    this.transport = { name: 'fake', listen: (options) => this.#listen(options), connect: () => this.#connect() };
  }

  server(options: Partial<RpcServerOptions> = {}): RpcServer {
    return new RpcServer({ cert: 'cert', key: 'key', ...options, transport: this.transport, runtime: this.runtime });
  }

  client(options: RpcClientOptions = {}): RpcClient {
    return new RpcClient('server:1', { ...options, transport: this.transport, runtime: this.runtime });
  }

  /** Lets `ms` of virtual time pass, settling promises and moving bytes on the way. */
  async pass(ms: number): Promise<void> {
    for (let rest = ms; rest > 0; rest -= 10) {
      await this.settle();
      this.wire.clock.advance(Math.min(10, rest));
    }
    await this.settle();
  }

  /** Until neither promises nor bytes move. */
  async settle(): Promise<void> {
    for (let i = 0; i < 20; i++) {
      this.#run();
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  /** Settles while waiting for a promise. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const done = (): void => {
      isSettled = true;
    };
    promise.then(done, done);
    for (let i = 0; i < 20_000 && !isSettled; i++) {
      this.#run();
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    if (!isSettled) throw new Error('nothing moves and the promise is not settled');
    return promise;
  }

  #run(): void {
    this.wire.run();
    for (const connection of this.connections) {
      connection.deliver();
      connection.other.deliver();
    }
    this.wire.endTick();
  }

  #listen(options: ListenOptions): Promise<Listener> {
    this.#listening = options;
    return Promise.resolve({
      address: 'server:1',
      close: () => {
        this.#listening = undefined;
        return Promise.resolve();
      },
    });
  }

  #connect(): Promise<Connection> {
    if (this.refuse) return Promise.reject(this.refuse);
    if (!this.#listening) return Promise.reject(new RpcError('UNAVAILABLE', 'nothing answers at server:1'));
    const client = new FakeConnection(this.wire, { address: 'server:1' });
    const server = new FakeConnection(this.wire, { address: 'client:1' });
    client.other = server;
    server.other = client;
    this.connections.push(client);
    this.#listening.onConnection(server);
    return Promise.resolve(client);
  }
}
