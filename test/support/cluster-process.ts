import { stat } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
// What is built, not the sources: a process then starts in a quarter of the time.
import { ClusterMembership } from '../../dist/cluster/cluster-membership.js';
import { Server } from '../../dist/server.js';
import { udpNetwork } from '../../dist/transports/udp/udp-network.js';
import { scenarioInput } from './child-scenario.ts';
import type { ClusterProcessInput, ProcessMessage, Stall, StallPhase } from './cluster-processes.ts';

/** One node in a process of its own: prints what happens as lines of JSON, and stands still when it is told to by a line on its standard input. */
const { nodeId, seeds, trust, membership } = scenarioInput() as ClusterProcessInput;
const print = (message: ProcessMessage): void => void process.stdout.write(`${JSON.stringify(message)}\n`);
const log = (message: string, fields?: object): void => print({ kind: 'log', text: `${message} ${JSON.stringify(fields ?? {})}` });
let armed: (Stall & { readonly probesSent: number }) | undefined;

const server = new Server({ ...trust, logger: { debug: () => undefined, info: log, warn: log, error: log } });
server.registerRaw('W.wait', async (request) => {
  await pause(Number(String(request)));
  return Buffer.from(nodeId);
});
const address = await server.listen('127.0.0.1:0');
const system = udpNetwork();
const network: typeof system = {
  async bind(bindAddress, onMessage) {
    const socket = await system.bind(bindAddress, onMessage);
    return {
      address: socket.address,
      close: () => socket.close(),
      send(bytes, to) {
        socket.send(bytes, to);
        // Now a probe is under way, whose answer will wait in the socket.
        if (armed && cluster.stats().counters.probesSent > armed.probesSent) begin(armed);
      },
    };
  },
};
const cluster = await ClusterMembership.start(server, network, { nodeId, seeds, membership, tags: { role: 'worker', label: nodeId } });
cluster.subscribe((event) => {
  if ('node' in event)
    print({ kind: 'event', event: event.kind, node: event.node.nodeId, incarnation: event.node.incarnation, atMs: Date.now() });
});
print({ kind: 'started', address, alive: cluster.stats().alive });

createInterface({ input: process.stdin })
  .on('line', (line) => {
    armed = { ...(JSON.parse(line) as Stall), probesSent: cluster.stats().counters.probesSent };
  })
  .on('close', () => process.exit(0));

function begin({ phase, ms }: Stall): void {
  armed = undefined;
  const { probesFailed } = cluster.stats().counters;
  PHASES[phase](() => {
    const fromMs = Date.now();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    // By then a probe from before the stall has its verdict.
    setTimeout(() => print({ kind: 'stalled', fromMs, falseProbes: cluster.stats().counters.probesFailed - probesFailed }), VERDICT_MS);
  });
}

const PHASES: Readonly<Record<StallPhase, (run: () => void) => void>> = {
  io: (run) => stat('.', run),
  immediate: (run) => void setImmediate(run),
  timer: (run) => void setTimeout(run, 0),
  microtask: (run) => process.nextTick(() => queueMicrotask(run)),
};
const VERDICT_MS = 400;
