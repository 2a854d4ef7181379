import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProgramProcess } from '../../examples/cluster/demo/program-process.ts';
import { createDevelopmentCertificates } from '../../src/certs/development-certificates.ts';

/** Programs of the cluster tutorial for one test file, with certificates in a temporary folder and ports chosen by the system. */
export class Tutorial {
  readonly folder: string;
  readonly #programs: ProgramProcess[] = [];
  #environment: Readonly<Record<string, string>>;

  private constructor(folder: string, certificates: string) {
    this.folder = folder;
    this.#environment = { CERT_DIR: certificates, WORKER_ADDR: '127.0.0.1:0' };
  }

  static async create(): Promise<Tutorial> {
    const folder = await mkdtemp(join(tmpdir(), 'rpcnet-tutorial-'));
    return new Tutorial(folder, await writeCertificates(join(folder, 'certs')));
  }

  /** Starts a director; programs started from now on know its address. */
  async startDirector(environment: Readonly<Record<string, string>> = {}): Promise<ProgramProcess> {
    const director = this.start('director.ts', { DIRECTOR_ADDR: '127.0.0.1:0', ...environment });
    const address = (await director.waitForLine(/ready - listening on (\S+)/))[1] ?? '';
    this.#environment = { ...this.#environment, DIRECTOR_ADDR: address };
    return director;
  }

  /** Starts a worker and waits until it runs. */
  async startWorker(label: string, environment: Readonly<Record<string, string>> = {}): Promise<ProgramProcess> {
    const worker = this.start('worker.ts', { WORKER_LABEL: label, ...environment });
    await worker.waitForLine(/running and ready/);
    return worker;
  }

  start(file: string, environment: Readonly<Record<string, string>> = {}): ProgramProcess {
    const program = new ProgramProcess({ name: file, file, environment: { ...this.#environment, ...environment } });
    this.#programs.push(program);
    return program;
  }

  /** Ends every program that still runs and removes the folder. */
  async close(): Promise<void> {
    for (const program of this.#programs) if (!program.hasEnded) program.kill('SIGKILL');
    await Promise.all(this.#programs.map((program) => program.ended));
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Writes certificates of an authority of their own into a new folder, under the names that the programs look for. */
export async function writeCertificates(folder: string): Promise<string> {
  const { ca, node } = await createDevelopmentCertificates();
  await mkdir(folder);
  await writeFile(join(folder, 'ca_cert.pem'), ca.cert);
  await writeFile(join(folder, 'test_cert.pem'), node.cert);
  await writeFile(join(folder, 'test_key.pem'), node.key);
  return folder;
}

/** Waits for the end of a program and gives its exit status. */
export async function endOf(program: ProgramProcess): Promise<number | string> {
  return program.waitFor('its end', () => program.end);
}

/** What every program printed, merged in the order of time: for the message of a test that failed. */
export function transcript(...programs: readonly ProgramProcess[]): string {
  const all = programs.flatMap(({ name, lines }) => lines.map(({ atMs, text }) => ({ atMs, text: `${name}: ${text}` })));
  const ordered = all.sort((a, b) => a.atMs - b.atMs);
  return ordered.map(({ atMs, text }) => `${Math.round(atMs - (ordered[0]?.atMs ?? 0))} ms ${text}`).join('\n');
}

/** The texts of a program's lines. */
export function textsOf(program: ProgramProcess, stream: 'stdout' | 'stderr' = 'stdout'): string[] {
  return program.lines.filter((line) => line.stream === stream).map(({ text }) => text);
}
