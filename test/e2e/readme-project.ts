import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/**
 * A project of a user in a temporary folder, with the package installed as `npm install` of its tarball leaves it: unpacked, its commands in
 * `node_modules/.bin`. The dependencies are links to those of the checkout, so that no network is needed.
 */
export class ReadmeProject {
  readonly folder: string;
  readonly #programs: RunningProgram[] = [];

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<ReadmeProject> {
    const project = new ReadmeProject(await mkdtemp(join(tmpdir(), 'rpcnet-readme-')));
    const modules = join(project.folder, 'node_modules');
    await mkdir(join(modules, 'rpcnet'), { recursive: true });
    await mkdir(join(modules, '.bin'));
    const { stdout } = await run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', project.folder], {
      cwd: REPOSITORY,
    });
    await run('tar', ['xzf', join(project.folder, stdout.trim()), '--strip-components=1', '-C', join(modules, 'rpcnet')]);
    const { bin, dependencies } = await manifestOf(join(modules, 'rpcnet'));
    for (const [name, path] of Object.entries(bin)) await linkCommand(modules, name, join('rpcnet', path));
    for (const name of [...Object.keys(dependencies), 'tsx']) await linkModule(modules, name);
    const tsx = await manifestOf(join(modules, 'tsx'));
    await linkCommand(modules, 'tsx', join('tsx', String(tsx.bin)));
    return project;
  }

  async write(path: string, text: string): Promise<void> {
    await writeFile(join(this.folder, path), text);
  }

  /** Runs a command line to its end in a shell and gives what it printed. @throws Error with everything it printed when it fails */
  async run(command: string): Promise<string> {
    const program = this.start(command);
    const status = await program.ended;
    if (status !== 0) throw new Error(`${command} ended with ${status}:\n${program.printed}`);
    return program.stdout;
  }

  /** Starts a command line in a shell. */
  start(command: string): RunningProgram {
    const program = new RunningProgram(command, this.folder);
    this.#programs.push(program);
    return program;
  }

  /** Ends what still runs and removes the folder. */
  async close(): Promise<void> {
    for (const program of this.#programs) program.kill();
    await Promise.all(this.#programs.map((program) => program.ended));
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A command line in a process group of its own, because npx starts processes of its own. */
export class RunningProgram {
  readonly command: string;
  /** The exit status, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  stdout = '';
  /** Standard output and standard error as they came. */
  printed = '';
  readonly #child: ChildProcess;
  readonly #watchers = new Set<() => void>();
  #hasEnded = false;

  constructor(command: string, folder: string) {
    this.command = command;
    this.#child = spawn(command, { cwd: folder, shell: true, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of ['stdout', 'stderr'] as const) {
      this.#child[stream]?.setEncoding('utf8').on('data', (text: string) => {
        this.printed += text;
        if (stream === 'stdout') this.stdout += text;
        for (const check of [...this.#watchers]) check();
      });
    }
    this.ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', (status, signal) => {
        this.#hasEnded = true;
        for (const check of [...this.#watchers]) check();
        resolve(status ?? signal ?? 1);
      });
    });
  }

  /** Kills the whole group, as a machine that goes away would. */
  kill(): void {
    const { pid } = this.#child;
    if (pid !== undefined && !this.#hasEnded) process.kill(-pid, 'SIGKILL');
  }

  /** Waits until standard output has the text after the first `from` characters, and gives the length up to its end. */
  waitFor(text: string, from = 0): Promise<number> {
    return new Promise((resolve, reject) => {
      const settle = (outcome: () => void): void => {
        this.#watchers.delete(check);
        clearTimeout(timer);
        outcome();
      };
      const fail = (why: string): void => settle(() => reject(new Error(`${this.command} ${why} "${text}"; it printed:\n${this.printed}`)));
      const check = (): void => {
        const at = this.stdout.indexOf(text, from);
        if (at !== -1) settle(() => resolve(at + text.length));
        else if (this.#hasEnded) fail('ended without printing');
      };
      const timer = setTimeout(() => fail(`did not print within ${LIMIT_MS} ms`), LIMIT_MS);
      this.#watchers.add(check);
      check();
    });
  }
}

interface Manifest {
  readonly bin: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

async function manifestOf(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
}

/** What npm does for an installed command: a link in `.bin`, and permission to run it. */
async function linkCommand(modules: string, name: string, path: string): Promise<void> {
  await symlink(join('..', path), join(modules, '.bin', name));
  if (path.startsWith('rpcnet')) await chmod(join(modules, path), 0o755);
}

async function linkModule(modules: string, name: string): Promise<void> {
  await mkdir(dirname(join(modules, name)), { recursive: true });
  await symlink(join(REPOSITORY, 'node_modules', name), join(modules, name));
}

const LIMIT_MS = 30_000;

/** UDP ports of 127.0.0.1 that nobody uses at the moment. */
export async function freePorts(count: number): Promise<number[]> {
  const sockets = Array.from({ length: count }, () => createSocket('udp4'));
  const ports: number[] = [];
  for (const socket of sockets) {
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    ports.push(socket.address().port);
  }
  for (const socket of sockets) socket.close();
  return ports;
}
