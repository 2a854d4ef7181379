import { register } from 'node:module';
import { RpcError } from '../../src/errors/rpc-error.ts';
import { scenarioInput } from './child-scenario.ts';

/** What a test hands to this script. */
export interface NoEngineInput {
  /** What is missing: the package of the QUIC engine, or a binary in it that this machine can load. */
  readonly missing: 'package' | 'binary';
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

/** What it prints. */
export interface NoEngineOutput {
  readonly answers: readonly string[];
  readonly warnings: readonly string[];
  /** Code and message for a server and a client that are pinned to QUIC. */
  readonly pinned: readonly string[];
}

/** A process on a machine without the QUIC engine: a server and a client with default options, and some that insist on QUIC. */
const { missing, cert, key, ca } = scenarioInput() as NoEngineInput;
if (missing === 'binary') {
  process.dlopen = () => {
    throw new Error("version `GLIBC_2.34' not found");
  };
} else {
  const resolve = `export async function resolve(name, context, next) {
    if (name === '@currentspace/http3') throw new Error("Cannot find package '@currentspace/http3'");
    return next(name, context);
  }`;
  register(`data:text/javascript,${encodeURIComponent(resolve)}`);
}

// Only now, as the engine must not be found.
const { Client, Server } = await import('../../src/index.ts');
const warnings: string[] = [];
const ignore = (): void => undefined;
const logger = { debug: ignore, info: ignore, error: ignore, warn: (message: string) => void warnings.push(message) };
const describe = async (attempt: Promise<unknown>): Promise<string> => {
  try {
    await attempt;
    return 'no error';
  } catch (error) {
    return error instanceof RpcError ? `${error.code}: ${error.message}` : String(error);
  }
};

const server = new Server({ cert, key, logger });
server.registerRaw('Echo.bytes', (bytes) => bytes);
const address = await server.listen('127.0.0.1:0');
const answers: string[] = [];
const client = await Client.connect(address, { ca, logger });
for (const text of ['one', 'two']) answers.push(Buffer.from(await client.callRaw('Echo.bytes', Buffer.from(text))).toString());
await client.close();
await server.close();
const pinned = [
  await describe(new Server({ cert, key, logger, transport: 'quic' }).listen('127.0.0.1:0')),
  await describe(Client.connect(address, { ca, logger, transport: 'quic', connectTimeoutMs: 1000 })),
];
console.log(JSON.stringify({ answers, warnings, pinned } satisfies NoEngineOutput));
