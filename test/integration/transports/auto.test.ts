import { autoTransport } from '../../../src/transports/auto/auto-transport.ts';
import { describeTransport } from './conformance.ts';
import { startEchoProcess } from './echo-process.ts';

describeTransport('auto', async () => ({
  transport: autoTransport(),
  withoutTls: undefined,
  startRemoteEcho: (certificates) => startEchoProcess('auto', certificates),
}));
