import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Listener } from '../../../src/ports/transport.ts';
import { startScenario } from '../../support/child-scenario.ts';
import type { LifetimeInput, LifetimeScenario } from '../../support/lifetime-process.ts';
import { createTestCertificates, type TestCertificates } from '../../support/test-certificates.ts';
import { createTransport } from '../../support/transport-by-name.ts';
import { ALPN } from './conformance/bench.ts';
import { echoFrames } from './conformance/exchange.ts';

for (const name of ['quic', 'tls', 'auto'] as const) {
  describe(`a process that uses the transport ${name}`, () => {
    let certificates: TestCertificates;
    let listener: Listener;

    before(async () => {
      certificates = await createTestCertificates();
      const { cert, key } = certificates.node;
      listener = await createTransport(name).listen({ address: '127.0.0.1:0', alpn: ALPN, cert, key, onConnection: echoFrames });
    });
    after(() => listener.close());

    /** Runs a scenario in a process of its own, which must end by itself. Gives what it printed. */
    const run = async (scenario: LifetimeScenario): Promise<unknown> => {
      const { authority, otherAuthority, node } = certificates;
      const input: LifetimeInput = {
        scenario,
        transport: name,
        address: listener.address,
        alpn: ALPN,
        ca: authority.cert,
        otherCa: otherAuthority.cert,
        ...node,
      };
      const child = startScenario('lifetime-process.ts', input);
      const message = await child.nextMessage();
      const { code, stderr } = await child.exit(3000);
      assert.deepEqual([code, stderr], [0, '']);
      return message;
    };

    const ends: readonly { readonly title: string; readonly scenario: LifetimeScenario; readonly outcome: string }[] = [
      { title: 'a connection was closed', scenario: 'connectAndClose', outcome: 'done' },
      { title: 'a connection was closed with bytes under way', scenario: 'connectAndWriteAndClose', outcome: 'done' },
      { title: 'the server of a connection closed', scenario: 'loseTheServer', outcome: 'remote' },
      { title: 'nothing answered', scenario: 'connectToNobody', outcome: 'UNAVAILABLE' },
      { title: 'TLS failed', scenario: 'connectWithWrongAuthority', outcome: 'UNAUTHENTICATED' },
      { title: 'connecting was aborted', scenario: 'abortConnecting', outcome: 'CANCELLED' },
      { title: 'a listener was closed', scenario: 'listenAndClose', outcome: 'done' },
      { title: 'a listener with a connection was closed', scenario: 'listenAndCloseWithClient', outcome: 'done' },
      { title: 'listening failed on a port in use', scenario: 'listenOnPortInUse', outcome: 'ALREADY_EXISTS' },
      { title: 'listening failed on an address of another machine', scenario: 'listenOnForeignAddress', outcome: 'INVALID_ARGUMENT' },
      {
        title: 'listening failed on an address of another machine and a port',
        scenario: 'listenOnForeignAddressWithPort',
        outcome: 'INVALID_ARGUMENT',
      },
    ];
    for (const { title, scenario, outcome } of ends) {
      // A dead port refuses TCP at once: there is nothing to abort.
      if (scenario === 'abortConnecting' && name === 'tls') continue;
      it(`ends by itself after ${title}`, async () => {
        assert.equal(await run(scenario), outcome);
      });
    }

    it('has its threads and files back after 50 connections and 25 failures', {
      skip: process.platform !== 'linux' || name !== 'quic',
    }, async () => {
      type Usage = { readonly threads: number; readonly files: number };
      const { before: start, during, after: end } = (await run('connectFiftyTimes')) as Record<'before' | 'during' | 'after', Usage>;
      assert.ok(during.threads >= start.threads + 50, `the engine has a thread for each connection: ${JSON.stringify({ start, during })}`);
      assert.deepEqual(end, start);
    });
  });
}
