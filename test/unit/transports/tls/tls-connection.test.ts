import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { TlsConnection } from '../../../../src/transports/tls/tls-connection.ts';

test('a connection on TLS sends what its lanes hold when it is told to, and not before the tick ends otherwise', () => {
  const written: number[] = [];
  const socket = Object.assign(new EventEmitter(), {
    writableLength: 0,
    setNoDelay: () => undefined,
    write: (bytes: Uint8Array) => written.push(bytes.length) > 0,
  }) as unknown as TLSSocket;
  const connection = new TlsConnection({ socket, peer: { address: 'peer:1' }, isServer: false, isResumed: false, idleTimeoutMs: 1000 });
  const lanes = [connection.openLane(), connection.openLane()];
  for (const lane of lanes) lane.write(Buffer.alloc(10));
  assert.deepEqual(written, []);
  connection.flush();
  assert.deepEqual(written, [36], 'both lanes in one write');
  connection.flush();
  assert.deepEqual(written, [36]);
});
