import { quicTransport } from '../../../src/transports/quic/quic-transport.ts';
import { startScenario } from '../../support/child-scenario.ts';
import { ALPN } from './conformance/bench.ts';
import { describeTransport } from './conformance.ts';

describeTransport('quic', async () => ({
  transport: quicTransport(),
  withoutTls: undefined,
  startRemoteEcho: async (certificates) => {
    const child = startScenario('echo-process.ts', { ...certificates.node, alpn: ALPN });
    const address = String(await child.nextMessage());
    return {
      address,
      stop: () => void child.process.kill('SIGSTOP'),
      resume: () => void child.process.kill('SIGCONT'),
      kill: () => void child.process.kill('SIGKILL'),
      close: async () => {
        child.process.kill('SIGCONT');
        child.process.stdin?.end();
        await child.exit();
      },
    };
  },
}));
