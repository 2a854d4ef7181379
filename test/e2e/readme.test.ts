import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readDocument, sectionOf } from '../unit/docs/markdown.ts';
import { freePorts, ReadmeProject } from './readme-project.ts';

/** A command as it is printed in the README, with the output that is printed below it. */
interface PrintedCommand {
  readonly command: string;
  readonly output: string;
}

const readme = readDocument('README.md');
const quickStart = sectionOf(readme, 'Quick start');
const commands = printedCommands(quickStart);
const files = { ...printedFiles(quickStart), ...printedFiles(sectionOf(readme, 'A cluster')) };

describe('the quick start of the README', () => {
  let project: ReadmeProject;
  /** The ports that the README prints may be in use here: others stand in for them, in the programs and in what they print. */
  let onFreePorts: (text: string) => string;

  before(async () => {
    project = await ReadmeProject.create();
    const [first, second] = await freePorts(2);
    onFreePorts = (text) => text.replaceAll('127.0.0.1:4000', `127.0.0.1:${first}`).replaceAll('127.0.0.1:4001', `127.0.0.1:${second}`);
    // The README installs the tarball with npm, which needs the network; the project has it installed in the same way.
    await project.run('npm init -y && npm pkg set type=module');
    for (const [path, text] of Object.entries(files)) await project.write(path, onFreePorts(text));
  });

  after(() => project.close());

  test('takes at most 30 lines of code and commands', () => {
    const code = Object.values(printedFiles(quickStart)).flatMap((text) => text.trimEnd().split('\n'));
    const total = code.length + commands.length;
    assert.ok(total <= 30, `it takes ${total}`);
  });

  test('installs the package that npm pack makes', () => {
    const install = commands.slice(0, 3).map(({ command }) => command);
    assert.match(install[0] ?? '', /npm run build && npm pack$/);
    assert.match(install[1] ?? '', /npm init -y && npm pkg set type=module$/);
    const { version } = JSON.parse(readDocument('package.json')) as { version: string };
    assert.equal(install[2], `npm install ../rpcnet/rpcnet-${version}.tgz tsx`);
  });

  test('prints what the README shows, command after command', async () => {
    const shown = commands.slice(3).map(({ command }) => command);
    assert.deepEqual(
      shown.map((command) => command.split(' ').slice(0, 2).join(' ')),
      ['npx rpcnet', 'npx rpcnet-gen', 'npx tsx', 'npx tsx'],
    );
    const [certs, generate, server, client] = commands.slice(3) as [PrintedCommand, PrintedCommand, PrintedCommand, PrintedCommand];
    assert.equal(await project.run(certs.command), certs.output);
    assert.equal(await project.run(generate.command), generate.output);
    const serving = project.start(server.command);
    await serving.waitFor(onFreePorts(server.output));
    assert.equal(await project.run(client.command), client.output);
    serving.kill();
    await serving.ended;
    assert.equal(serving.stdout, onFreePorts(server.output));
  });

  test('goes on as a cluster: greetings come from both workers, and from the other one when one is killed', async () => {
    const gateway = project.start('npx tsx gateway.ts');
    const workers = ['worker-1', 'worker-2'].map((label) => ({ label, program: project.start(`npx tsx worker.ts ${label}`) }));
    for (const { label, program } of workers) {
      await program.waitFor(`${label} joined\n`);
      await gateway.waitFor(`nodeJoined ${label}\n`);
      await gateway.waitFor(`Hello, Ada! This is ${label}.\n`);
    }
    const [killed, other] = workers as [(typeof workers)[0], (typeof workers)[0]];
    killed.program.kill();
    await killed.program.ended;
    const from = gateway.stdout.length;
    let seen = from;
    for (let i = 0; i < 3; i++) seen = await gateway.waitFor(`Hello, Ada! This is ${other.label}.\n`, seen);
    await gateway.waitFor(`nodeSuspect ${killed.label}\n`, from);
    await gateway.waitFor(`nodeFailed ${killed.label}\n`, from);
    const lines = gateway.stdout
      .slice(from)
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('node'));
    assert.deepEqual([...new Set(lines)], [`Hello, Ada! This is ${other.label}.`]);
  });
});

describe('what reads the README', () => {
  const text = 'Write `a.ts`:\n\n```ts\nconst a = 1;\n```\n\n```console\n$ one\n$ two\nout\nput\n```\n';

  test('finds files by the name before the block', () => {
    assert.deepEqual(printedFiles(text), { 'a.ts': 'const a = 1;\n' });
  });

  test('finds commands with their output', () => {
    assert.deepEqual(printedCommands(text), [
      { command: 'one', output: '' },
      { command: 'two', output: 'out\nput\n' },
    ]);
  });
});

/** The code blocks of a section under the file names that the sentences before them end with. */
function printedFiles(section: string): Record<string, string> {
  const matches = section.matchAll(/`([\w.-]+\.ts)`:\n\n```ts\n([\s\S]*?)^```$/gm);
  return Object.fromEntries([...matches].map((match) => [match[1] ?? '', match[2] ?? '']));
}

function printedCommands(section: string): PrintedCommand[] {
  const blocks = [...section.matchAll(/^```console\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');
  return blocks.flatMap((block) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((entry) => {
        const [command = '', ...output] = entry.split('\n');
        return { command, output: output.join('\n') };
      }),
  );
}
