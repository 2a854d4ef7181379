import { tlsTransport } from '../../../src/transports/tls/tls-transport.ts';
import { describeTransport } from './conformance.ts';
import { startEchoProcess } from './echo-process.ts';

describeTransport('tls', async () => ({
  transport: tlsTransport(),
  withoutTls: undefined,
  startRemoteEcho: (certificates) => startEchoProcess('tls', certificates),
}));
