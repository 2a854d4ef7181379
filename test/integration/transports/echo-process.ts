import { startScenario } from '../../support/child-scenario.ts';
import type { TestCertificates } from '../../support/test-certificates.ts';
import type { TransportName } from '../../support/transport-by-name.ts';
import { ALPN, type RemoteEcho } from './conformance/bench.ts';

/** A server in a process of its own that writes back the bytes of every lane. */
export async function startEchoProcess(transport: TransportName, certificates: TestCertificates): Promise<RemoteEcho> {
  const child = startScenario('echo-process.ts', { ...certificates.node, transport, alpn: ALPN });
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
}
