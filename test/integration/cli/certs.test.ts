import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadIdentity } from '../../../src/certs/load-identity.ts';

const COMMAND = fileURLToPath(new URL('../../../dist/cli/rpcnet.js', import.meta.url));
const FILES = ['ca_cert.pem', 'ca_key.pem', 'test_cert.pem', 'test_key.pem'];

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe('rpcnet certs', () => {
  let folder: string;
  before(async () => {
    assert.ok(existsSync(COMMAND), 'dist/cli/rpcnet.js is missing: run npm run build first');
    folder = await mkdtemp(join(tmpdir(), 'rpcnet-certs-'));
  });
  after(() => rm(folder, { recursive: true }));

  const run = (...args: readonly string[]): Promise<Ran> =>
    new Promise((resolve) => {
      execFile(process.execPath, [COMMAND, ...args], { cwd: folder, timeout: 20_000 }, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ code, stdout, stderr });
      });
    });
  const read = (out: string, name: string): Promise<string> => readFile(join(folder, out, name), 'utf8');

  it('writes an authority and a node certificate that belong together', async () => {
    const { code, stdout, stderr } = await run('certs', '--out', 'fresh/deep');
    assert.deepEqual([code, stderr], [0, '']);
    assert.deepEqual(stdout.trimEnd().split('\n'), [
      ...FILES.map((name) => `wrote ${join('fresh/deep', name)}`),
      'Next: give fresh/deep/test_cert.pem and fresh/deep/test_key.pem to servers and fresh/deep/ca_cert.pem to clients as ca.',
    ]);
    assert.deepEqual((await readdir(join(folder, 'fresh/deep'))).sort(), FILES);
    const [certPath, keyPath, caPath] = ['test_cert.pem', 'test_key.pem', 'ca_cert.pem'].map((name) => join(folder, 'fresh/deep', name));
    const { cert, ca } = await loadIdentity({ certPath: certPath!, keyPath: keyPath!, caPath: caPath! });
    assert.equal(new X509Certificate(cert).checkIssued(new X509Certificate(ca!)), true);
  });

  it('writes to certs when no folder is given', async () => {
    assert.equal((await run('certs')).code, 0);
    assert.deepEqual((await readdir(join(folder, 'certs'))).sort(), FILES);
  });

  it('writes keys that only their owner may read, also over a file that all may read', async () => {
    await run('certs', '--out', 'modes');
    await chmod(join(folder, 'modes/ca_key.pem'), 0o644);
    await run('certs', '--out', 'modes', '--force');
    for (const name of ['ca_key.pem', 'test_key.pem']) {
      const { mode } = await stat(join(folder, 'modes', name));
      assert.equal(mode & 0o777, 0o600, name);
    }
  });

  it('refuses to overwrite, names the files on one line and changes nothing', async () => {
    await run('certs', '--out', 'full');
    const before = await Promise.all(FILES.map((name) => read('full', name)));
    const { code, stdout, stderr } = await run('certs', '--out', 'full');
    assert.deepEqual([code, stdout], [1, '']);
    const names = FILES.map((name) => join('full', name)).join(', ');
    assert.equal(stderr, `rpcnet: ${names} exist; add --force to replace, or choose another --out\n`);
    assert.deepEqual(await Promise.all(FILES.map((name) => read('full', name))), before);
  });

  it('refuses when one of the files exists, and writes none of the others', async () => {
    await run('certs', '--out', 'single');
    for (const name of FILES.slice(1)) await rm(join(folder, 'single', name));
    const { code, stderr } = await run('certs', '--out', 'single');
    assert.equal(code, 1);
    assert.match(stderr, /^rpcnet: single\/ca_cert\.pem exists; add --force/);
    assert.deepEqual(await readdir(join(folder, 'single')), ['ca_cert.pem']);
  });

  it('replaces all with --force', async () => {
    await run('certs', '--out', 'forced');
    const before = await Promise.all(FILES.map((name) => read('forced', name)));
    assert.equal((await run('certs', '--out', 'forced', '--force')).code, 0);
    const after = await Promise.all(FILES.map((name) => read('forced', name)));
    for (const [index, text] of after.entries()) assert.notEqual(text, before[index], FILES[index]);
  });

  it('takes more names and the days of validity', async () => {
    assert.equal((await run('certs', '--out', 'named', '--host', 'worker.local', '10.0.0.7', '--days', '2')).code, 0);
    const leaf = new X509Certificate(await read('named', 'test_cert.pem'));
    for (const name of ['localhost', 'worker.local']) assert.ok(leaf.checkHost(name), name);
    for (const ip of ['127.0.0.1', '10.0.0.7']) assert.ok(leaf.checkIP(ip), ip);
    const leftDays = (Date.parse(leaf.validTo) - Date.now()) / 86_400_000;
    assert.ok(leftDays > 1.9 && leftDays <= 2, `${leftDays} days`);
  });

  it('says in one line why it cannot write', async () => {
    await writeFile(join(folder, 'a-file'), 'x');
    const { code, stderr } = await run('certs', '--out', 'a-file/below');
    assert.equal(code, 1);
    assert.match(stderr, /^rpcnet: cannot write to a-file\/below: .*; choose another --out\n$/);
  });

  const mistakes = [
    { args: ['certificates'], says: "unknown command 'certificates'" },
    { args: [], says: 'no command given' },
    { args: ['certs', '--nonsense'], says: "unknown option '--nonsense'" },
    { args: ['certs', 'extra'], says: 'too many arguments' },
    { args: ['certs', '--days', '0'], says: 'Expected a whole number of days from 1 to 36500' },
    { args: ['certs', '--days', 'soon'], says: 'Expected a whole number of days from 1 to 36500' },
    { args: ['certs', '--out'], says: 'argument missing' },
    { args: ['certs', '--out', 'never', '--host', 'no name'], says: 'Expected hosts[0] to be a DNS name or an IP address, got "no name"' },
  ];
  for (const { args, says } of mistakes) {
    it(`exits with 2 and one line for: rpcnet ${args.join(' ')}`, async () => {
      const { code, stdout, stderr } = await run(...args);
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, /^rpcnet: [^\n]+\n$/);
      assert.ok(stderr.includes(says), stderr);
      assert.equal(existsSync(join(folder, 'never')), false);
    });
  }

  it('prints help and version on standard output', async () => {
    const help = await run('certs', '--help');
    assert.deepEqual([help.code, help.stderr], [0, '']);
    for (const option of ['--out', '--host', '--days', '--force']) assert.ok(help.stdout.includes(option), option);
    const version = await run('--version');
    assert.match(version.stdout, /^\d+\.\d+\.\d+/);
  });
});
