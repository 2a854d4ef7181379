import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemNames } from '../../../src/transports/system-names.ts';
import { Deferred } from '../../../src/util/deferred.ts';

const failure = (code: string): Error => Object.assign(new Error(`queryX ${code}`), { code });

describe('the names of the system', () => {
  it('are looked up at each question: no answer is kept', async () => {
    let asked = 0;
    const names = systemNames({ lookup: () => Promise.resolve([`10.0.0.${++asked}`]) });
    assert.deepEqual(await names.addresses('a.example'), ['10.0.0.1']);
    assert.deepEqual(await names.addresses('a.example'), ['10.0.0.2']);
  });

  it('are not looked up for an IP address', async () => {
    const names = systemNames({ lookup: () => assert.fail('looked up') });
    assert.deepEqual(await names.addresses('10.0.0.1'), ['10.0.0.1']);
    assert.deepEqual(await names.addresses('fd00::1'), ['fd00::1']);
  });

  it('are looked up once for those who ask meanwhile, and at most two at a time', async () => {
    const asked: string[] = [];
    const answers = new Map<string, Deferred<readonly string[]>>();
    const lookup = (host: string): Promise<readonly string[]> => {
      asked.push(host);
      const answer = new Deferred<readonly string[]>();
      answers.set(host, answer);
      return answer.promise;
    };
    const names = systemNames({ lookup });
    const found = ['a', 'b', 'c', 'a'].map((host) => names.addresses(host));
    await turn();
    assert.deepEqual(asked, ['a', 'b']);
    answers.get('a')?.resolve(['10.0.0.1', '10.0.0.1']);
    await turn();
    assert.deepEqual(asked, ['a', 'b', 'c']);
    answers.get('b')?.resolve(['10.0.0.2']);
    answers.get('c')?.resolve(['10.0.0.3']);
    assert.deepEqual(await Promise.all(found), [['10.0.0.1'], ['10.0.0.2'], ['10.0.0.3'], ['10.0.0.1']]);
  });

  for (const code of ['ENOTFOUND', 'ENODATA']) {
    it(`that do not exist (${code}) are told from name servers that fail`, async () => {
      const names = systemNames({ lookup: () => Promise.reject(failure(code)), resolveSrv: () => Promise.reject(failure(code)) });
      const notThere = { code: 'UNAVAILABLE', notTaken: true };
      await assert.rejects(names.addresses('a.example'), {
        ...notThere,
        message: new RegExp(`a.example has no address \\(${code}\\): check its spelling`),
      });
      await assert.rejects(names.services('_a._tcp.b'), { ...notThere, message: /_a\._tcp\.b has no SRV record .*must be complete/ });
    });
  }

  it('whose name server fails say so', async () => {
    const names = systemNames({
      lookup: () => Promise.reject(failure('EAI_AGAIN')),
      resolveSrv: () => Promise.reject(failure('ETIMEOUT')),
    });
    await assert.rejects(names.addresses('a'), {
      code: 'UNAVAILABLE',
      message: /could not be looked up \(EAI_AGAIN\): check the name servers/,
    });
    await assert.rejects(names.services('_a._tcp.b'), { code: 'UNAVAILABLE', message: /could not be looked up \(ETIMEOUT\)/ });
  });

  it('can say that there is no such service: no record, or the single target "."', async () => {
    for (const found of [[], [{ name: '', port: 0, priority: 0, weight: 0 }]]) {
      const names = systemNames({ resolveSrv: () => Promise.resolve(found) });
      await assert.rejects(names.services('_a._tcp.b'), { message: /has no SRV record: / });
    }
  });

  it('give the records of a service', async () => {
    const names = systemNames({ resolveSrv: () => Promise.resolve([{ name: 'a.example', port: 7, priority: 1, weight: 2 }]) });
    assert.deepEqual(await names.services('_a._tcp.b'), [{ host: 'a.example', port: 7, priority: 1, weight: 2 }]);
  });
});

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
