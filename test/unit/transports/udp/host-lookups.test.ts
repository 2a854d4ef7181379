import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HostLookups } from '../../../../src/transports/udp/host-lookups.ts';
import { Deferred } from '../../../../src/util/deferred.ts';

describe('lookups of host names', () => {
  it('are made once for many who ask, and again after half a minute', async () => {
    const { lookups, asked, advance } = create({ node: ['10.0.0.1'] });
    assert.deepEqual(await Promise.all([1, 2, 3].map(() => lookups.find('node'))), [['10.0.0.1'], ['10.0.0.1'], ['10.0.0.1']]);
    assert.deepEqual(lookups.find('node'), ['10.0.0.1'], 'at once from then on');
    advance(29_999);
    void lookups.find('node');
    await settled();
    assert.deepEqual(asked, ['node']);
    advance(1);
    void lookups.find('node');
    await settled();
    assert.deepEqual(asked, ['node', 'node']);
  });

  it('give the old answer while a new one is looked for, and then the new one', async () => {
    const names: Record<string, string[]> = { node: ['10.0.0.1'] };
    const { lookups, advance } = create(names);
    await lookups.find('node');
    names.node = ['10.0.0.2'];
    advance(30_000);
    assert.deepEqual(lookups.find('node'), ['10.0.0.1']);
    await settled();
    assert.deepEqual(lookups.find('node'), ['10.0.0.2']);
  });

  it('that fail are not made again for a while', async () => {
    const names: Record<string, string[]> = {};
    const { lookups, asked, advance } = create(names);
    assert.deepEqual(await lookups.find('gone'), []);
    for (let i = 0; i < 10; i++) assert.deepEqual(await lookups.find('gone'), []);
    assert.deepEqual(asked, ['gone']);
    names.gone = ['10.0.0.1'];
    advance(10_000);
    assert.deepEqual(await lookups.find('gone'), ['10.0.0.1']);
  });

  it('that fail leave the last good answer', async () => {
    const names: Record<string, string[]> = { node: ['10.0.0.1'] };
    const { lookups, asked, advance } = create(names);
    await lookups.find('node');
    delete names.node;
    advance(30_000);
    void lookups.find('node');
    await settled();
    assert.deepEqual(lookups.find('node'), ['10.0.0.1']);
    assert.deepEqual(asked, ['node', 'node']);
  });

  it('are made two at a time, and in the end all', async () => {
    const ends: Deferred<readonly string[]>[] = [];
    const lookups = new HostLookups({
      lookup: () => {
        const end = new Deferred<readonly string[]>();
        ends.push(end);
        return end.promise;
      },
    });
    const answers = ['a', 'b', 'c', 'd', 'e'].map((host) => lookups.find(host));
    for (let done = 0; done < 5; done++) {
      await settled();
      assert.equal(ends.length, Math.min(5, done + 2));
      ends[done]?.resolve([`10.0.0.${done}`]);
    }
    assert.deepEqual((await Promise.all(answers)).flat(), ['10.0.0.0', '10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4']);
  });

  it('are remembered for so many names and not more', async () => {
    const { lookups, asked } = create({});
    for (let i = 0; i < 1_025; i++) await lookups.find(`made-up-${i}`);
    await lookups.find('made-up-1024');
    assert.equal(asked.length, 1_025);
    await lookups.find('made-up-0');
    assert.equal(asked.length, 1_026);
  });
});

function create(names: Record<string, readonly string[]>): { lookups: HostLookups; asked: string[]; advance(ms: number): void } {
  const asked: string[] = [];
  let now = 0;
  const lookup = (host: string): Promise<readonly string[]> => {
    asked.push(host);
    const found = names[host];
    return found ? Promise.resolve(found) : Promise.reject(new Error(`no address of ${host}`));
  };
  const advance = (ms: number): void => {
    now += ms;
  };
  return { lookups: new HostLookups({ lookup, now: () => now }), asked, advance };
}

async function settled(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}
