import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, it } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { TlsWriter } from '../../../../src/transports/tls/tls-writer.ts';

const KB = 1024;

describe('the buffer of a connection on TLS', () => {
  it('is 256 KiB at first, 1 MiB while it is emptied quickly, and 256 KiB again when that takes long', () => {
    const { writer, drainAfter } = writerWithSocket();
    assert.equal(fill(writer), 256 * KB);
    drainAfter(5);
    assert.equal(fill(writer), 1024 * KB);
    drainAfter(5);
    assert.equal(fill(writer), 1024 * KB);
    drainAfter(500);
    assert.equal(fill(writer), 256 * KB);
    drainAfter(500);
    assert.equal(fill(writer), 256 * KB);
  });

  it('says once that it has room again', () => {
    const { writer, drainAfter, told } = writerWithSocket();
    drainAfter(1);
    assert.equal(told.count, 0, 'nobody waits');
    fill(writer);
    drainAfter(1);
    drainAfter(1);
    assert.equal(told.count, 1);
  });
});

/** Writes pieces until the writer says that it is full, and gives how much that was. */
function fill(writer: TlsWriter): number {
  const piece = Buffer.alloc(32 * KB - 8);
  for (let bytes = 32 * KB; ; bytes += 32 * KB) if (!writer.write(0, piece)) return bytes;
}

function writerWithSocket(): { writer: TlsWriter; drainAfter: (ms: number) => void; told: { count: number } } {
  const socket = Object.assign(new EventEmitter(), {
    writableLength: 0,
    cork: () => undefined,
    uncork: () => undefined,
    write(bytes: Uint8Array): boolean {
      socket.writableLength += bytes.length;
      return false;
    },
  });
  const told = { count: 0 };
  let now = 0;
  const onRoom = (): void => {
    told.count += 1;
  };
  const drainAfter = (ms: number): void => {
    now += ms;
    socket.writableLength = 0;
    socket.emit('drain');
  };
  return { writer: new TlsWriter(socket as unknown as TLSSocket, onRoom, () => now), drainAfter, told };
}
