import { Client, type ClientOptions } from '../../src/client.ts';
import { rawMethod } from '../../src/wire/raw-method.ts';
import { codeOf, scenarioInput } from './child-scenario.ts';
import { engineResources, settledEngineResources } from './engine-resources.ts';

/** What a test hands to this script. */
export interface ClientLifetimeInput {
  readonly scenario: ClientLifetimeScenario;
  /** A server of the parent, with `Test.echo` and `Test.wait`. */
  readonly address: string;
  /** A port that takes datagrams and never answers. */
  readonly silentAddress: string;
  readonly ca: string;
  readonly otherCa: string;
}

/** What the script does before it has nothing left to do; it must then end by itself, without `process.exit`. */
export type ClientLifetimeScenario =
  | 'callAndClose'
  | 'closeWithCallsInFlight'
  | 'closeWhileConnecting'
  | 'closeWithCallsWaiting'
  | 'closeDuringPause'
  | 'closeAfterRefusal'
  | 'neverConnect'
  | 'shareConnection';

const { scenario, address, silentAddress, ca, otherCa } = scenarioInput() as ClientLifetimeInput;
const EMPTY = Buffer.alloc(0);

const open = (to = address, options: ClientOptions = {}): Client => new Client(to, { ca, ...options });
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const scenarios: Record<ClientLifetimeScenario, () => Promise<unknown>> = {
  callAndClose: async () => {
    const client = open();
    const answer = await client.callRaw('Test.echo', Buffer.from('hello'));
    await client.close();
    return String(answer);
  },
  closeWithCallsInFlight: async () => {
    const client = open();
    await client.connect();
    const stream = client.serverStreaming(rawMethod('Test.ticks', 'serverStreaming'), EMPTY);
    await stream.next();
    const codes = Promise.all([codeOf(client.callRaw('Test.wait', EMPTY)), codeOf(stream.next())]);
    await pause(50);
    await client.close();
    return codes;
  },
  closeWhileConnecting: async () => {
    const client = open(silentAddress);
    const code = codeOf(client.connect());
    await pause(50);
    await client.close();
    return code;
  },
  closeWithCallsWaiting: async () => {
    const client = open(silentAddress);
    const codes = Promise.all([codeOf(client.callRaw('Test.echo', EMPTY)), codeOf(client.callRaw('Test.echo', EMPTY, { timeoutMs: 0 }))]);
    await pause(50);
    await client.close();
    return codes;
  },
  closeDuringPause: async () => {
    const client = open(silentAddress, { connectTimeoutMs: 50 });
    const code = codeOf(client.callRaw('Test.echo', EMPTY));
    // Three attempts and the pauses between them: the fourth is some hundred milliseconds away.
    await pause(600);
    await client.close();
    return code;
  },
  closeAfterRefusal: async () => {
    const client = open(address, { ca: otherCa });
    const code = await codeOf(client.callRaw('Test.echo', EMPTY));
    await client.close();
    return code;
  },
  neverConnect: async () => {
    const client = open();
    client.onStateChange(() => undefined);
    return client.state;
  },
  shareConnection: async () => {
    // A machine under load may be connected over TLS first, which costs no thread.
    const quic: ClientOptions = { transport: 'quic' };
    const warm = open(address, quic);
    await warm.connect();
    await warm.close();
    const clients = Array.from({ length: 10 }, () => open(address, quic));
    const before = await settledEngineResources();
    await Promise.all(clients.map((client) => client.connect()));
    const added = engineResources().threads - before.threads;
    const [first, ...others] = clients;
    await first?.close();
    const answers = await Promise.all(others.map((client) => client.callRaw('Test.echo', Buffer.from('kept'))));
    await Promise.all(others.map((client) => client.close()));
    return { added, answers: [...new Set(answers.map(String))] };
  },
};

// What the first use of the engine starts and keeps is there before the count.
await scenarios.callAndClose();
const before = await resources();
const outcome = await scenarios[scenario]();
console.log(JSON.stringify({ outcome, before, after: await resources(before) }));

/** What keeps this process alive, once it stands still; what is not as expected gets two seconds to become so. */
async function resources(expected?: readonly string[]): Promise<readonly string[]> {
  for (let same = 0, last = ''; ; ) {
    await pause(20);
    const now = JSON.stringify(process.getActiveResourcesInfo().sort());
    same = now === last ? same + 1 : 0;
    last = now;
    if (same >= (expected === undefined || now === JSON.stringify(expected) ? 10 : 100)) return JSON.parse(now) as string[];
  }
}
