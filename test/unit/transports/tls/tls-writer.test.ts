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

  it('keeps the small writes of a tick until it ends or is told to let them go', async () => {
    const { writer, socket } = writerWithSocket();
    writer.write(0, Buffer.alloc(100));
    assert.equal(socket.writableLength, 0);
    writer.flush();
    assert.equal(socket.writableLength, 108);
    writer.write(0, Buffer.alloc(100));
    writer.write(2, Buffer.alloc(100));
    assert.equal(socket.writableLength, 108);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(socket.writableLength, 3 * 108);
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

function writerWithSocket(): {
  writer: TlsWriter;
  socket: { readonly writableLength: number };
  drainAfter: (ms: number) => void;
  told: { count: number };
} {
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
  return { writer: new TlsWriter(socket as unknown as TLSSocket, onRoom, () => now), socket, drainAfter, told };
}
