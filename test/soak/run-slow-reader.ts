// npm run soak:slow -- [--pause-ms 10000] [--transport quic|tls]
import { parseArgs } from 'node:util';
import { createTrust } from '../support/cluster-nodes.ts';
import { type Growth, measureSlowReader } from './slow-reader.ts';

const { values } = parseArgs({ options: { 'pause-ms': { type: 'string', default: '10000' }, transport: { type: 'string' } } });
const pauseMs = Number(values['pause-ms']);
const trust = await createTrust();
const LIMIT_BYTES = 8_000_000;
let isBounded = true;
for (const transport of ['quic', 'tls'] as const) {
  if (values.transport !== undefined && values.transport !== transport) continue;
  for (const scenario of ['fromServer', 'fromClient', 'thousandStreams'] as const) {
    const { client, server, sentBytes, readAfterwards } = await measureSlowReader({ scenario, transport, pauseMs, trust });
    isBounded &&= usedMore(client) <= LIMIT_BYTES && usedMore(server) <= LIMIT_BYTES;
    console.log(
      `${transport} ${scenario}: nothing read for ${pauseMs} ms, ${megabytes(sentBytes)} MB sent; client ${show(client)}; server ${show(server)}; then ${readAfterwards} items read in order`,
    );
  }
}
process.exit(isBounded ? 0 : 1);

function usedMore({ before, during }: Growth): number {
  return during.used - before.used;
}

function show(growth: Growth): string {
  return `${megabytes(usedMore(growth))} MB more in use, ${megabytes(growth.during.rss - growth.before.rss)} MB more of the system`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(2);
}
