import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { after, before, describe, it } from 'node:test';
import { systemNames } from '../../../src/transports/system-names.ts';

/** A name server of two names: one with two SRV records, one without any; everything else does not exist. */
const SERVICE = '_rpcnet._tcp.example.test';
const EMPTY = '_empty._tcp.example.test';

describe('a real name server', () => {
  let server: Socket;
  const names = systemNames({
    resolveSrv: (name) => {
      const resolver = new Resolver({ timeout: 2_000, tries: 2 });
      resolver.setServers([`127.0.0.1:${server.address().port}`]);
      return resolver.resolveSrv(name);
    },
  });

  before(async () => {
    server = createSocket('udp4', (query, from) => server.send(answerTo(query), from.port, from.address));
    await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
  });
  after(() => server.close());

  it('gives the records of a service', async () => {
    const found = await names.services(SERVICE);
    assert.deepEqual(
      [...found].sort((a, b) => a.port - b.port),
      [
        { host: 'a.example.test', port: 61000, priority: 10, weight: 5 },
        { host: 'b.example.test', port: 61001, priority: 20, weight: 0 },
      ],
    );
  });

  it('has no such record, or no such name: both are said in the same way', async () => {
    await assert.rejects(names.services(EMPTY), { code: 'UNAVAILABLE', message: /has no SRV record \(ENODATA\)/ });
    await assert.rejects(names.services('_none._tcp.example.test'), { code: 'UNAVAILABLE', message: /has no SRV record \(ENOTFOUND\)/ });
  });

  it('is not needed for the names that the machine knows itself', async () => {
    const found = await systemNames().addresses('localhost');
    assert.ok(found.includes('127.0.0.1') || found.includes('::1'), found.join());
  });

  it('does not have the names that are reserved for not being there', async () => {
    await assert.rejects(systemNames().addresses('no-such-host.invalid'), { code: 'UNAVAILABLE', message: /no-such-host\.invalid/ });
  });
});

function answerTo(query: Buffer): Buffer {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const question = query.subarray(12, at + 5);
  const name = labels.join('.').toLowerCase();
  const records = name === SERVICE ? [srvRecord(10, 5, 61000, 'a.example.test'), srvRecord(20, 0, 61001, 'b.example.test')] : [];
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(name === SERVICE || name === EMPTY ? 0x8180 : 0x8183, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  return Buffer.concat([header, question, ...records]);
}

/** Its name is a pointer to the question's. */
function srvRecord(...[priority, weight, port, target]: [number, number, number, string]): Buffer {
  const host = Buffer.concat([
    ...target.split('.').map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`)),
    Buffer.alloc(1),
  ]);
  const record = Buffer.alloc(18);
  record.writeUInt16BE(0xc00c, 0);
  record.writeUInt16BE(33, 2);
  record.writeUInt16BE(1, 4);
  record.writeUInt32BE(1, 6);
  record.writeUInt16BE(6 + host.length, 10);
  [priority, weight, port].forEach((value, i) => {
    record.writeUInt16BE(value, 12 + 2 * i);
  });
  return Buffer.concat([record, host]);
}
