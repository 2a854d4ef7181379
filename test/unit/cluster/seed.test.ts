import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { expectSeeds, parseSeed } from '../../../src/cluster/seed.ts';

describe('a seed', () => {
  for (const [text, expected] of [
    ['10.0.0.1:61000', { kind: 'host', host: '10.0.0.1', port: 61000 }],
    ['[fd00::1]:61000', { kind: 'host', host: 'fd00::1', port: 61000 }],
    ['workers.example.org:61000', { kind: 'host', host: 'workers.example.org', port: 61000 }],
    ['srv:_rpcnet._tcp.example.org', { kind: 'service', name: '_rpcnet._tcp.example.org' }],
    // A host of the name srv.
    ['srv:61000', { kind: 'host', host: 'srv', port: 61000 }],
  ] as const) {
    it(`${text} is a ${expected.kind}`, () => assert.deepEqual(parseSeed(text), { ...expected, text }));
  }

  for (const text of ['', 'nonsense', 'host:0', 'host:70000', 'srv:', 'srv:_rpcnet._tcp.example.org:61000', 'srv:a b', 7, undefined]) {
    it(`is not ${JSON.stringify(text)}, and what is expected is said`, () => {
      const message = /Expected each seed to be host:port .* or srv:name/;
      assert.throws(() => expectSeeds([text as string]), { code: 'INVALID_ARGUMENT', message });
    });
  }

  it('that is given twice counts once', () => {
    assert.equal(expectSeeds(['a:1', 'b:1', 'a:1']).length, 2);
  });
});
