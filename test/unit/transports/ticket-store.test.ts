import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TicketStore } from '../../../src/transports/ticket-store.ts';

const scope = { address: '127.0.0.1:1', serverName: 'localhost', alpn: 'test/1', identity: { ca: Buffer.from('ca') } };

describe('a store of session tickets', () => {
  it('keeps the latest ticket of a scope, until it is dropped', () => {
    const store = new TicketStore();
    const slot = store.slot(scope);
    store.keep(slot, Buffer.from('one'));
    store.keep(slot, Buffer.from('two'));
    assert.equal(store.ticket(store.slot({ ...scope, identity: { ca: Buffer.from('ca') } }))?.toString(), 'two');
    store.drop(slot);
    assert.equal(store.ticket(slot), undefined);
  });

  const others = [
    { title: 'address', other: { ...scope, address: '127.0.0.1:2' } },
    { title: 'server name', other: { ...scope, serverName: 'elsewhere' } },
    { title: 'protocol', other: { ...scope, alpn: 'test/2' } },
    { title: 'ca', other: { ...scope, identity: { ca: Buffer.from('other') } } },
    { title: 'missing ca', other: { ...scope, identity: {} } },
    { title: 'certificate', other: { ...scope, identity: { ca: Buffer.from('ca'), cert: Buffer.from('cert'), key: Buffer.from('key') } } },
    { title: 'certificate in place of the ca', other: { ...scope, identity: { cert: Buffer.from('ca') } } },
  ];
  for (const { title, other } of others) {
    it(`gives none to another ${title}`, () => {
      const store = new TicketStore();
      store.keep(store.slot(scope), Buffer.from('one'));
      assert.equal(store.ticket(store.slot(other)), undefined);
    });
  }

  it('forgets the oldest above 256', () => {
    const store = new TicketStore();
    const slots = Array.from({ length: 257 }, (_, port) => store.slot({ ...scope, address: `127.0.0.1:${port}` }));
    for (const slot of slots) store.keep(slot, Buffer.from(slot));
    assert.equal(store.ticket(slots[0]!), undefined);
    assert.equal(store.ticket(slots[1]!)?.toString(), slots[1]);
  });
});
