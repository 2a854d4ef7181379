import { quicTransport } from '../../../src/transports/quic/quic-transport.ts';
import { describeTransport } from './conformance.ts';
import { startEchoProcess } from './echo-process.ts';

describeTransport('quic', async () => ({
  transport: quicTransport(),
  withoutTls: undefined,
  startRemoteEcho: (certificates) => startEchoProcess('quic', certificates),
}));
