import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { Server } from '../../../src/server.ts';
import { rawMethod } from '../../../src/wire/raw-method.ts';
import { startScenario } from '../../support/child-scenario.ts';
import type { ClientLifetimeInput, ClientLifetimeScenario } from '../../support/client-lifetime-process.ts';
import { createTestCertificates, type TestCertificates } from '../../support/test-certificates.ts';

/** Each client lives in a process of its own, which must end by itself once the client is closed. */
describe('a closed client leaves nothing that keeps its process alive', () => {
  let certificates: TestCertificates;
  let server: Server;
  let address = '';
  const silent = createSocket('udp4');

  before(async () => {
    certificates = await createTestCertificates();
    const { cert, key } = certificates.node;
    server = new Server({ cert, key });
    server.registerRaw('Test.echo', (bytes) => bytes);
    server.registerRaw('Test.wait', () => new Promise(() => undefined));
    server.registerMethod({
      kind: 'serverStreaming',
      method: rawMethod('Test.ticks', 'serverStreaming'),
      async *handle(_request: Uint8Array, context) {
        yield Buffer.from('tick');
        await once(context.signal, 'abort');
      },
    });
    address = await server.listen('127.0.0.1:0');
    silent.bind(0, '127.0.0.1');
    await once(silent, 'listening');
  });
  after(async () => {
    silent.close();
    await server.close({ graceMs: 0 });
  });

  const run = async (scenario: ClientLifetimeScenario): Promise<unknown> => {
    const input: ClientLifetimeInput = {
      scenario,
      address,
      silentAddress: `127.0.0.1:${silent.address().port}`,
      ca: certificates.authority.cert,
      otherCa: certificates.otherAuthority.cert,
    };
    const child = startScenario('client-lifetime-process.ts', input);
    const message = (await child.nextMessage()) as { readonly outcome: unknown; readonly before: unknown; readonly after: unknown };
    const { code, stderr } = await child.exit(3_000);
    assert.deepEqual([code, stderr], [0, '']);
    assert.deepEqual(message.after, message.before);
    return message.outcome;
  };

  const ends: readonly { readonly when: string; readonly scenario: ClientLifetimeScenario; readonly outcome: unknown }[] = [
    { when: 'after a call', scenario: 'callAndClose', outcome: 'hello' },
    { when: 'with calls in flight', scenario: 'closeWithCallsInFlight', outcome: ['CANCELLED', 'CANCELLED'] },
    { when: 'while it connects', scenario: 'closeWhileConnecting', outcome: 'CANCELLED' },
    { when: 'while calls wait for a connection', scenario: 'closeWithCallsWaiting', outcome: ['CANCELLED', 'CANCELLED'] },
    { when: 'in the pause between two attempts', scenario: 'closeDuringPause', outcome: 'CANCELLED' },
    { when: 'after TLS refused it', scenario: 'closeAfterRefusal', outcome: 'UNAUTHENTICATED' },
  ];
  for (const { when, scenario, outcome } of ends) {
    it(when, async () => {
      assert.deepEqual(await run(scenario), outcome);
    });
  }

  it('nor does one that was never connected, closed or not', async () => {
    assert.equal(await run('neverConnect'), 'idle');
  });

  it('and ten clients of one address cost one thread', async () => {
    const { added, answers } = (await run('shareConnection')) as { readonly added: number; readonly answers: readonly string[] };
    assert.deepEqual(answers, ['kept']);
    // The engine may take the thread of a session that just ended, or keep that one for a moment longer.
    if (process.platform === 'linux') assert.ok(added <= 2, `${added} threads for ten clients`);
  });
});
