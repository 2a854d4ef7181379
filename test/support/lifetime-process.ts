import type { Connection, ConnectOptions, Listener } from '../../src/ports/transport.ts';
import { codeOf, scenarioInput } from './child-scenario.ts';
import { engineResources, settledEngineResources } from './engine-resources.ts';
import { createTransport, type TransportName } from './transport-by-name.ts';
import { watchConnection } from './watched-connection.ts';

/** What a test hands to this script. */
export interface LifetimeInput {
  readonly scenario: LifetimeScenario;
  readonly transport: TransportName;
  /** A server of the parent. */
  readonly address: string;
  readonly alpn: string;
  readonly ca: string;
  readonly otherCa: string;
  readonly cert: string;
  readonly key: string;
}

/** What the script does before it has nothing left to do; it must then end by itself, without `process.exit`. */
export type LifetimeScenario =
  | 'connectAndClose'
  | 'connectAndWriteAndClose'
  | 'loseTheServer'
  | 'connectToNobody'
  | 'connectWithWrongAuthority'
  | 'abortConnecting'
  | 'listenAndClose'
  | 'listenAndCloseWithClient'
  | 'listenOnPortInUse'
  | 'listenOnForeignAddress'
  | 'listenOnForeignAddressWithPort'
  | 'connectFiftyTimes';

const input = scenarioInput() as LifetimeInput;
const { address, alpn, ca, cert, key } = input;
const transport = createTransport(input.transport);

const connect = async (options: Partial<ConnectOptions> = {}, to = address, signal?: AbortSignal): Promise<Connection> => {
  const connection = await transport.connect(to, { alpn, ca, ...options }, signal);
  watchConnection(connection);
  return connection;
};
const listen = (at = '127.0.0.1:0'): Promise<Listener> =>
  transport.listen({ address: at, alpn, cert, key, onConnection: (connection) => void watchConnection(connection) });

const scenarios: Record<LifetimeScenario, () => Promise<unknown>> = {
  connectAndClose: async () => {
    (await connect()).close(0, 'done');
    return 'done';
  },
  connectAndWriteAndClose: async () => {
    const connection = await connect();
    connection.openLane().write(Buffer.alloc(1024 * 1024));
    connection.close(0, 'done');
    return 'done';
  },
  loseTheServer: async () => {
    const server = await listen();
    const { closed } = watchConnection(await transport.connect(server.address, { alpn, ca }));
    await server.close();
    return (await closed).by;
  },
  connectToNobody: async () => codeOf(connect({ connectTimeoutMs: 200 }, '127.0.0.1:9')),
  connectWithWrongAuthority: async () => codeOf(connect({ ca: input.otherCa })),
  abortConnecting: async () => codeOf(connect({}, '127.0.0.1:9', AbortSignal.timeout(100))),
  listenAndClose: async () => {
    const listener = await listen();
    await listener.close();
    return 'done';
  },
  listenAndCloseWithClient: async () => {
    const listener = await listen();
    await connect({}, listener.address);
    await listener.close();
    return 'done';
  },
  listenOnPortInUse: async () => codeOf(listen(address)),
  listenOnForeignAddress: async () => codeOf(listen('192.0.2.1:0')),
  listenOnForeignAddressWithPort: async () => codeOf(listen('192.0.2.1:45123')),
  connectFiftyTimes: async () => {
    // The first use loads the engine and starts what the process keeps.
    (await connect()).close(0, '');
    const before = await settledEngineResources();
    const connections = await Promise.all(Array.from({ length: 50 }, () => connect()));
    const during = engineResources();
    for (const connection of connections) connection.close(0, '');
    for (let i = 0; i < 25; i++) await codeOf(connect({ ca: input.otherCa }));
    return { before, during, after: await settledEngineResources() };
  },
};

console.log(JSON.stringify(await scenarios[input.scenario]()));
