import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import { runGenerate } from '../../src/cli/commands/generate.ts';

const folders: string[] = [];

after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder with these files, removed at the end of the test file. */
export function generatorProject(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'rpcnet-gen-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) writeIn(folder, name, text);
  return folder;
}

/** Writes a file of a project. */
export function writeIn(folder: string, name: string, text: string): void {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** The definition of a service with one method that gives a `string`. */
export function definitionOf(service: string, parameter = 'taskId: string'): string {
  return `import type { Service } from 'rpcnet';\nexport interface ${service} extends Service {\n  processTask(${parameter}): Promise<string>;\n}\n`;
}

/** What a run of the command printed and ended with. */
export interface CommandRun {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `rpcnet-gen` in this process. */
export async function rpcnetGen(cwd: string, ...args: string[]): Promise<CommandRun> {
  const out: string[] = [];
  const err: string[] = [];
  const status = await runGenerate(args, {
    cwd,
    version: '0.0.0',
    print: (line) => out.push(`${line}\n`),
    printError: (line) => err.push(`${line}\n`),
  });
  return { status, stdout: out.join(''), stderr: err.join('') };
}
