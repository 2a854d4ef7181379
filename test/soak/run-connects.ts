// npm run soak:connects -- [--connects 2000] [--transport quic|tls]
import { parseArgs } from 'node:util';
import { type ChildScenario, startScenario } from '../support/child-scenario.ts';
import { createTrust } from '../support/cluster-nodes.ts';
import type { ConnectsInput, ConnectsSample } from './connects-process.ts';
import { slopeOf } from './memory.ts';

const { values } = parseArgs({
  options: { connects: { type: 'string', default: '2000' }, transport: { type: 'string', default: 'quic' } },
});
const connects = Number(values.connects);
const shared = { trust: await createTrust(), transport: values.transport as 'quic' | 'tls', connects };
const server = startScenario('../soak/connects-process.ts', { ...shared, role: 'server', address: '' } satisfies ConnectsInput);
const { address } = (await server.nextMessage()) as { readonly address: string };
const client = startScenario('../soak/connects-process.ts', { ...shared, role: 'client', address } satisfies ConnectsInput);
const samples: ConnectsSample[] = [];
while (samples.length === 0 || (samples.at(-1) as ConnectsSample).connects < connects) {
  const sample = (await client.nextMessage(600_000)) as ConnectsSample;
  samples.push(sample);
  console.log(
    `${sample.connects} connects: client ${mb(sample.client.used)} MB in use, ${mb(sample.client.rss)} MB of the system; server ${mb(sample.server.used)} MB, ${mb(sample.server.rss)} MB`,
  );
}
const settled = samples.slice(Math.ceil(samples.length / 4));
for (const side of ['client', 'server'] as const) {
  const perConnect = (what: 'used' | 'rss'): string =>
    slopeOf(settled.map((sample) => ({ x: sample.connects, y: sample[side][what] }))).toFixed(0);
  console.log(
    `${side}, after the first quarter: ${perConnect('used')} bytes in use and ${perConnect('rss')} bytes of the system more with each connect`,
  );
}
for (const child of [client, server] satisfies ChildScenario[]) child.process.kill('SIGKILL');
process.exit(0);

function mb(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
