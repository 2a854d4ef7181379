import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { RpcError } from '../../src/errors/rpc-error.ts';
import { within } from './watched-connection.ts';

/** A process that runs a script of `test/support`. */
export interface ChildScenario {
  readonly process: ChildProcess;
  /** The next line it prints, parsed as JSON. Fails when it ends first. */
  nextMessage(timeoutMs?: number): Promise<unknown>;
  /** Resolves when it has ended by itself; kills it and fails when it has not after a while. */
  exit(timeoutMs?: number): Promise<ChildExit>;
}

export interface ChildExit {
  readonly code: number | null;
  readonly stderr: string;
}

/**
 * Starts `test/support/<script>` with a value that it reads by {@link scenarioInput}. It does not keep the test process alive. What is given as `within` is a command
 * that runs another one, with its arguments: in a network namespace, for example.
 */
export function startScenario(script: string, input: unknown, options: { readonly within?: readonly string[] } = {}): ChildScenario {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const node = ['--import', 'tsx', path];
  const [command = process.execPath, ...args] = options.within === undefined ? [] : [...options.within, process.execPath];
  const child = spawn(command, [...args, ...node], {
    env: { ...process.env, [INPUT]: JSON.stringify(input), NODE_TEST_CONTEXT: '' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (text: Buffer) => {
    stderr += text.toString();
  });
  const closed = once(child, 'close').then(([code]) => ({ code: code as number | null, stderr }));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    process: child,
    nextMessage: async (timeoutMs = CHILD_TIMEOUT_MS) => {
      const { done, value } = await within(timeoutMs, 'a line of the child', lines.next());
      if (done) throw new Error(`The child ended without a line: ${(await closed).stderr}`);
      return JSON.parse(value) as unknown;
    },
    exit: async (timeoutMs = CHILD_TIMEOUT_MS) => {
      try {
        return await within(timeoutMs, `the end of the child (${stderr})`, closed);
      } finally {
        child.kill('SIGKILL');
      }
    },
  };
}

/** What the parent gave to {@link startScenario}. */
export function scenarioInput(): unknown {
  const text = process.env[INPUT];
  if (text === undefined) throw new Error('This script is started by a test.');
  return JSON.parse(text) as unknown;
}

/** The code with which an attempt fails, as a script reports it. */
export async function codeOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
    return 'no error';
  } catch (error) {
    return error instanceof RpcError ? error.code : String(error);
  }
}

const INPUT = 'RPCNET_TEST_SCENARIO';
const CHILD_TIMEOUT_MS = 15_000;
