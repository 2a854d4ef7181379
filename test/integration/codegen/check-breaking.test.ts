import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { generatorProject, rpcnetGen, writeIn } from '../../support/generator-project.ts';

const shop = (methods = 'order(item: Item): Promise<Item>; find(id: string): Promise<Item>'): string =>
  `import type { Service } from 'rpcnet';\nimport type { Item } from './item.ts';\nexport interface ShopService extends Service { ${methods} }\n`;
const item = (fields: string): string => `export interface Item { ${fields} }\n`;

function git(folder: string, ...args: string[]): void {
  const identity = ['-c', 'user.email=a@example.org', '-c', 'user.name=a', '-c', 'commit.gpgsign=false'];
  execFileSync('git', [...identity, ...args], { cwd: folder, stdio: 'ignore' });
}

function projectWith(fields: string): string {
  return generatorProject({ 'defs/shop.rpc.ts': shop(), 'defs/item.ts': item(fields) });
}

describe('--check-breaking', () => {
  test('finds what changed since the lock files, writes nothing, and fails for a breaking change', async () => {
    const folder = projectWith('id: string; price: string; note?: string');
    await rpcnetGen(folder, '-i', 'defs', '-o', 'out');
    const lock = readFileSync(join(folder, 'defs/shop.rpc.lock.json'), 'utf8');
    writeIn(folder, 'defs/item.ts', item('extra?: string; id: string; price: number'));
    const run = await rpcnetGen(folder, '-i', 'defs', '-o', 'out', '--check-breaking');
    assert.equal(run.status, 1);
    assert.equal(run.stderr, 'breaking: ShopService.order, find: Item.price was string and is number\n1 breaking change\n');
    assert.equal(
      run.stdout,
      'compatible: ShopService.order, find: Item.note was removed; its place is kept\n' +
        'compatible: ShopService.order, find: Item.extra is a new optional field\n',
    );
    assert.equal(readFileSync(join(folder, 'defs/shop.rpc.lock.json'), 'utf8'), lock);
  });

  test('succeeds when nothing or only compatible things changed', async () => {
    const folder = projectWith('id: string');
    await rpcnetGen(folder, '-i', 'defs', '-o', 'out');
    assert.deepEqual(await rpcnetGen(folder, '-i', 'defs', '--check-breaking'), { status: 0, stdout: 'no changes\n', stderr: '' });
    writeIn(folder, 'defs/item.ts', item('id: string; note?: string'));
    const run = await rpcnetGen(folder, '-i', 'defs', '--check-breaking');
    assert.equal(run.status, 0);
    assert.match(run.stdout, /^compatible: .*Item\.note is a new optional field\nno breaking changes\n$/u);
  });

  test('compares with the lock file of a revision, though a later run has written it anew', async () => {
    const folder = projectWith('id: string; price: string');
    await rpcnetGen(folder, '-i', 'defs', '-o', 'out');
    git(folder, 'init', '-b', 'main');
    git(folder, 'add', '.');
    git(folder, 'commit', '-m', 'one');
    writeIn(folder, 'defs/item.ts', item('price: number; id: string'));
    await rpcnetGen(folder, '-i', 'defs', '-o', 'out');
    assert.equal((await rpcnetGen(folder, '-i', 'defs', '--check-breaking')).status, 0);
    const run = await rpcnetGen(folder, '-i', 'defs', '--check-breaking', 'main', '--json');
    assert.equal(run.status, 1);
    const { ok, changes } = JSON.parse(run.stdout) as { ok: boolean; changes: { place: string; text: string; methods: string[] }[] };
    assert.equal(ok, false);
    assert.deepEqual(
      changes.map(({ place, text, methods }) => ({ place, text, methods })),
      [{ place: 'Item.price', text: 'was string and is number', methods: ['order', 'find'] }],
    );
  });

  test('compares with the definition of a revision, with what it imported then, where there was no lock file', async () => {
    const folder = projectWith('id: string; price: string');
    git(folder, 'init', '-b', 'main');
    git(folder, 'add', '.');
    git(folder, 'commit', '-m', 'one');
    writeIn(folder, 'defs/item.ts', item('id: number; price: string'));
    const run = await rpcnetGen(join(folder, 'defs'), '-i', '.', '--check-breaking', 'HEAD');
    assert.equal(run.status, 1);
    assert.match(run.stderr, /Item\.id was string and is number/u);
  });

  test('takes a definition that the revision does not have as new', async () => {
    const folder = projectWith('id: string');
    git(folder, 'init', '-b', 'main');
    git(folder, 'commit', '--allow-empty', '-m', 'empty');
    const run = await rpcnetGen(folder, '-i', 'defs', '--check-breaking', 'main');
    assert.deepEqual(run, { status: 0, stdout: 'compatible: ShopService is a new service\nno breaking changes\n', stderr: '' });
  });

  test('says so when a removed service or method breaks callers', async () => {
    const folder = projectWith('id: string');
    await rpcnetGen(folder, '-i', 'defs', '-o', 'out');
    writeIn(folder, 'defs/shop.rpc.ts', shop('find(id: string): Promise<Item>'));
    assert.match((await rpcnetGen(folder, '-i', 'defs', '--check-breaking')).stderr, /^breaking: ShopService\.order was removed\n/u);
  });

  const FAILURES: readonly (readonly [string, (folder: string) => void, readonly string[], RegExp])[] = [
    ['outside of a repository', () => undefined, ['main'], /is not in a git repository: compare with the lock file/u],
    ['for an unknown revision', (folder) => git(folder, 'init'), ['nowhere'], /git knows no revision 'nowhere'/u],
    [
      'without a lock file',
      (folder) => rmSync(join(folder, 'defs/shop.rpc.lock.json')),
      [],
      /there is no lock file 'defs\/shop\.rpc\.lock\.json'/u,
    ],
  ];
  for (const [where, prepare, revision, message] of FAILURES) {
    test(`fails with exit code 2 ${where}`, async () => {
      const folder = projectWith('id: string');
      await rpcnetGen(folder, '-i', 'defs', '-o', 'out');
      prepare(folder);
      const run = await rpcnetGen(folder, '-i', 'defs', '--check-breaking', ...revision);
      assert.equal(run.status, 2);
      assert.match(run.stderr, message);
    });
  }

  test('takes a revision that looks like an option for none', async () => {
    const folder = projectWith('id: string');
    git(folder, 'init');
    const run = await rpcnetGen(folder, '-i', 'defs', '--check-breaking=--output=stolen');
    assert.equal(run.status, 2);
    assert.match(run.stderr, /git knows no revision '--output=stolen'/u);
  });
});

describe('the lock file', () => {
  test('is written beside the definition, and only when it changes', async () => {
    const folder = projectWith('id: string');
    assert.match((await rpcnetGen(folder, '-i', 'defs', '-o', 'out')).stdout, /^defs\/shop\.rpc\.lock\.json$/mu);
    assert.match((await rpcnetGen(folder, '-i', 'defs', '-o', 'out')).stdout, /^defs\/shop\.rpc\.lock\.json \(unchanged\)$/mu);
  });

  test('is part of what --check finds not to be current', async () => {
    const folder = projectWith('id: string');
    await rpcnetGen(folder, '-i', 'defs', '-o', 'out');
    rmSync(join(folder, 'defs/shop.rpc.lock.json'));
    const run = await rpcnetGen(folder, '-i', 'defs', '-o', 'out', '--check');
    assert.equal(run.status, 1);
    assert.match(run.stderr, /missing: defs\/shop\.rpc\.lock\.json/u);
  });

  test('that cannot be read is an error of the definitions, and nothing is written', async () => {
    const folder = projectWith('id: string');
    writeIn(folder, 'defs/shop.rpc.lock.json', '<<<<<<< HEAD\n{}\n=======\n>>>>>>> other\n');
    const run = await rpcnetGen(folder, '-i', 'defs', '-o', 'out');
    assert.equal(run.status, 1);
    assert.match(run.stderr, /defs\/shop\.rpc\.lock\.json: error: the lock file cannot be read: it has conflict marks of a merge/u);
  });
});
