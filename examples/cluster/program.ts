import { RpcError } from 'rpcnet';

/** Runs a program. What a user can put right becomes one line on standard error and exit status 1; anything else is a bug and shows its stack. */
export async function runProgram(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    console.error(`❌ ${error.message}`);
    process.exitCode = 1;
  }
}

/** Waits for something that depends on a setting; if it fails, the error starts with the setting and its value. */
export async function blaming<T>(setting: string, promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    throw new RpcError(error.code, `${setting}: ${error.message}`, { cause: error });
  }
}

/**
 * Aborts at Ctrl+C (SIGINT) or SIGTERM. From then on the program stops in its own order. Further signals change nothing: npm passes on the
 * Ctrl+C that the terminal has sent already.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => controller.abort());
  return controller.signal;
}

/** Resolves when the signal aborts. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
