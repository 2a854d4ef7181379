import { RpcClient } from '../../src/rpc/rpc-client.ts';
import { RpcServer } from '../../src/rpc/rpc-server.ts';
import type { Runtime } from '../../src/rpc/runtime.ts';
import type { MethodRegistration } from '../../src/rpc/service.ts';
import { createMemoryNetwork, FakeClock, seededRandom } from '../../src/testing.ts';
import { DeadlineTimer } from '../../src/util/deadline-timer.ts';

/** Servers and clients on a network in memory and on virtual time. */
export class MemoryRpc {
  readonly clock: FakeClock = new FakeClock();
  readonly #network = createMemoryNetwork({ clock: this.clock, random: seededRandom(1) });
  readonly #runtime: Runtime = {
    clock: this.clock,
    deadlines: new DeadlineTimer(this.clock),
    nextTick: (task) => process.nextTick(task),
    random: seededRandom(2),
    logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
  };
  #servers = 0;

  /** A server with these methods that listens, and a client of it. */
  async pair(registrations: readonly MethodRegistration[]): Promise<{ readonly server: RpcServer; readonly client: RpcClient }> {
    const host = `server${++this.#servers}`;
    const server = new RpcServer({ cert: 'cert', key: 'key', transport: this.#network.transport({ host }), runtime: this.#runtime });
    for (const registration of registrations) server.registerMethod(registration);
    await this.until(server.listen(`${host}:1`));
    return {
      server,
      client: new RpcClient(`${host}:1`, { transport: this.#network.transport({ host: 'client' }), runtime: this.#runtime }),
    };
  }

  /** Lets time pass until the promise is settled. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settle = (): void => {
      isSettled = true;
    };
    promise.then(settle, settle);
    for (let i = 0; i < 2_000 && !isSettled; i++) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      this.clock.advance(1);
    }
    if (!isSettled) throw new Error('two virtual seconds have passed and the promise is not settled');
    return promise;
  }
}
