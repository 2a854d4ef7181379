import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { type Growth, measureSlowReader, type SlowScenario } from '../../soak/slow-reader.ts';
import { createTrust, type Trust } from '../../support/cluster-nodes.ts';

const MEGABYTE = 1_000_000;

const SCENARIOS: readonly (readonly [scenario: SlowScenario, what: string, mostSentBytes: number, readAfterwards: number])[] = [
  ['fromServer', 'a gigabyte from the server', MEGABYTE, 500],
  ['fromClient', 'a gigabyte from the client', MEGABYTE, 200],
  ['thousandStreams', 'a thousand streams', 8 * MEGABYTE, 20_000],
];

for (const transport of ['quic', 'tls'] as const) {
  describe(`between two processes over ${transport}, a reader that does not read`, { concurrency: 2 }, () => {
    let trust: Trust;
    before(async () => {
      trust = await createTrust();
    });

    for (const [scenario, what, mostSentBytes, readAfterwards] of SCENARIOS) {
      it(`${what} costs neither side more than 8 MB, and reads on where it stopped`, async () => {
        const result = await measureSlowReader({ scenario, transport, trust, pauseMs: 1_000 });
        assert.ok(result.sentBytes > 0 && result.sentBytes <= mostSentBytes, `${result.sentBytes} bytes were sent`);
        isBounded('client', result.client);
        isBounded('server', result.server);
        assert.equal(result.readAfterwards, readAfterwards);
      });
    }
  });
}

/** What is in use is exact; what the system counts has the engine's native memory in it, and what the collector keeps for later. */
function isBounded(side: string, { before: first, during }: Growth): void {
  const used = during.used - first.used;
  const rss = during.rss - first.rss;
  assert.ok(used <= 8 * MEGABYTE, `the ${side} uses ${used} bytes more`);
  assert.ok(rss <= 24 * MEGABYTE, `the ${side} takes ${rss} bytes more of the system`);
}
