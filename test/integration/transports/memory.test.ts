import { systemClock } from '../../../src/system/system-clock.ts';
import { seededRandom } from '../../../src/testing/seeded-random.ts';
import { createMemoryNetwork } from '../../../src/transports/memory/memory-network.ts';
import { watchConnection } from '../../support/watched-connection.ts';
import { ALPN } from './conformance/bench.ts';
import { echoBytes } from './conformance/exchange.ts';
import { describeTransport } from './conformance.ts';

describeTransport('memory', async () => {
  const network = createMemoryNetwork({ clock: systemClock, random: seededRandom(1) });
  return {
    transport: network.transport(),
    withoutTls: 'the memory transport has no TLS',
    startRemoteEcho: async () => {
      const listener = await network.transport({ host: 'remote' }).listen({
        address: 'remote:0',
        alpn: ALPN,
        onConnection: (connection) => void watchConnection(connection, echoBytes),
      });
      return {
        address: listener.address,
        stop: () => network.partition(['remote'], ['127.0.0.1']),
        resume: () => network.heal(),
        kill: () => network.crash('remote'),
        close: async () => {
          network.heal();
          await listener.close();
        },
      };
    },
  };
});
