import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { TlsInput } from '../../../../src/transports/tls/tls-input.ts';

describe('the input of a client on TLS', () => {
  it('keeps what comes before anybody listens, and has the socket wait meanwhile', async () => {
    const { input, read, socket } = inputWithSocket();
    assert.equal(read('early '), false, 'the socket is to stop');
    assert.equal(read('bird'), false);
    const heard: string[] = [];
    input.listen(socket, (bytes) => heard.push(bytes.toString()));
    assert.deepEqual(heard, [], 'nothing before the next tick');
    await ticked();
    assert.deepEqual(heard, ['early bird']);
    assert.equal(socket.resumed, 1);
    assert.equal(read('late'), true);
    assert.deepEqual(heard, ['early bird', 'late']);
  });

  it('reads and forgets once nobody listens any more', async () => {
    const { input, read, socket } = inputWithSocket();
    const heard: string[] = [];
    input.listen(socket, (bytes) => heard.push(bytes.toString()));
    await ticked();
    input.stop();
    assert.equal(read('farewell'), true);
    assert.deepEqual(heard, []);
  });
});

/** `read` does what Node.js does when bytes come. */
function inputWithSocket() {
  const input = new TlsInput();
  const { buffer, callback } = input.onread;
  const memory = buffer as Buffer;
  const read = (text: string): boolean => callback(memory.write(text), memory);
  const socket = { resumed: 0, resume: () => (socket.resumed += 1) } as unknown as TLSSocket & { resumed: number };
  return { input, read, socket };
}

function ticked(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
