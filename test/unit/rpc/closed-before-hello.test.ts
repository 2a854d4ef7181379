import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Connection, Transport } from '../../../src/ports/transport.ts';
import { RpcClient } from '../../../src/rpc/rpc-client.ts';
import { createMemoryNetwork, FakeClock, seededRandom } from '../../../src/testing.ts';
import { DeadlineTimer } from '../../../src/util/deadline-timer.ts';

test('a connection that its server closed before the handshake could begin fails the attempt, and its end later throws nothing', async () => {
  const clock = new FakeClock();
  const network = createMemoryNetwork({ clock, random: seededRandom(1) });
  const turn = async (): Promise<void> => {
    clock.advance(1);
    await new Promise<void>((resolve) => setImmediate(resolve));
  };
  const closing = (connection: Connection): void => {
    connection.setHandler({ onLane: () => undefined, onClose: () => undefined });
    connection.close(0, 'go away');
  };
  const listening = network.transport({ host: 'server' }).listen({ address: 'server:1', alpn: 'rpcnet/1', onConnection: closing });
  for (let i = 0; i < 5; i++) await turn();
  await listening;
  const inner = network.transport({ host: 'client' });
  const connect: Transport['connect'] = async (...args) => {
    const connection = await inner.connect(...args);
    for (let i = 0; i < 5; i++) await new Promise<void>((resolve) => setImmediate(resolve));
    return connection;
  };
  const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const runtime = {
    clock,
    logger,
    deadlines: new DeadlineTimer(clock),
    nextTick: (task: () => void) => process.nextTick(task),
    random: seededRandom(2),
  };
  const client = new RpcClient('server:1', { transport: { ...inner, connect }, runtime, whenDisconnected: 'fail' });
  const connected = assert.rejects(client.connect(), { code: 'UNAVAILABLE' });
  for (let i = 0; i < 100; i++) await turn();
  await connected;
  await client.close();
});
