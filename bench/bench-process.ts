import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Reply } from './answer-commands.ts';

/** A child process, seen from the process that runs the benchmark. One command at a time. */
export class BenchProcess<TCommand extends { readonly kind: string }> {
  readonly #role: Role;
  readonly #child: ChildProcess;

  /** @param nodeOptions what Node.js is started with */
  constructor(role: Role, nodeOptions: readonly string[] = []) {
    this.#role = role;
    const path = fileURLToPath(new URL(`${role}-process.js`, import.meta.url));
    this.#child = fork(path, { execArgv: [...nodeOptions], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  }

  get id(): number | undefined {
    return this.#child.pid;
  }

  /** @throws Error when the process refuses, ends, or is silent for `timeoutMs` */
  ask(command: TCommand, timeoutMs: number = ANSWER_TIMEOUT_MS): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        this.#child.off('message', onReply);
        this.#child.off('exit', onExit);
        settle();
      };
      const fail = (reason: string): void => end(() => reject(new Error(`the ${this.#role} process, told to ${command.kind}: ${reason}`)));
      const onReply = (reply: Reply): void => (reply.ok ? end(() => resolve(reply.value)) : fail(reply.reason));
      const onExit = (code: number | null, signal: string | null): void => fail(`it ended (${signal ?? `exit code ${code}`})`);
      const timer = setTimeout(() => fail(`no answer within ${timeoutMs} ms`), timeoutMs);
      this.#child.on('message', onReply);
      this.#child.on('exit', onExit);
      this.#child.send(command, (error) => error && fail(error.message));
    });
  }

  /** Ends the process at once, as a crash would. */
  async kill(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  /** Lets the process end by itself, which writes its profile, and kills it when it does not. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    const killer = setTimeout(() => this.#child.kill('SIGKILL'), END_TIMEOUT_MS);
    if (this.#child.connected) this.#child.disconnect();
    await ended;
    clearTimeout(killer);
  }
}

/** The name of the program, without `-process`. */
type Role = 'server' | 'client' | 'cluster-node' | 'cluster-client' | 'cluster/host';

const ANSWER_TIMEOUT_MS = 20_000;
const END_TIMEOUT_MS = 10_000;
