import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatAddress, parseAddress } from '../../../src/util/address.ts';

describe('an address', () => {
  for (const [text, host, port] of [
    ['127.0.0.1:61000', '127.0.0.1', 61_000],
    ['[::1]:0', '::1', 0],
    ['worker.local:65535', 'worker.local', 65_535],
  ] as const) {
    it(`${text} is a host and a port`, () => {
      assert.deepEqual(parseAddress(text), { host, port });
      assert.equal(formatAddress(host, port), text);
    });
  }

  for (const text of ['', ':1', 'host', 'host:', 'host:65536', 'host:-1', '::1:80', 'a b:1', 'host:1x', 'http://host:1']) {
    it(`is not ${JSON.stringify(text)}`, () => assert.equal(parseAddress(text), undefined));
  }
});
