import type { OnReadOpts } from 'node:net';
import type { TLSSocket } from 'node:tls';

/**
 * What a client's socket reads, always into the same memory: received memory that is thrown away is what has the garbage collector run most while large
 * messages come in. Node.js offers that to sockets that connect, not to those of a server.
 */
export class TlsInput {
  #onBytes: ((bytes: Buffer) => void) | undefined;
  /** What came before anybody listened; the socket is not read any further then. */
  #early: Buffer | undefined;
  #isStopped = false;

  /** For the option `onread` of `tls.connect`. */
  readonly onread: OnReadOpts = {
    buffer: Buffer.allocUnsafeSlow(READ_BYTES),
    callback: (count, buffer) => this.#onRead(buffer as Buffer, count),
  };

  /** Gives all bytes, from the first one on, to a listener, not before the next tick; they serve again after each call. */
  listen(socket: TLSSocket, onBytes: (bytes: Buffer) => void): void {
    process.nextTick(() => {
      if (this.#early !== undefined) onBytes(this.#early);
      this.#early = undefined;
      this.#onBytes = onBytes;
      socket.resume();
    });
  }

  /** Nobody listens any more: what comes is read and forgotten. */
  stop(): void {
    this.#isStopped = true;
    this.#early = undefined;
  }

  #onRead(buffer: Buffer, count: number): boolean {
    if (this.#isStopped) return true;
    const bytes = buffer.subarray(0, count);
    if (this.#onBytes !== undefined) {
      this.#onBytes(bytes);
      return true;
    }
    this.#early = this.#early === undefined ? Buffer.from(bytes) : Buffer.concat([this.#early, bytes]);
    return false;
  }
}

/** The most that Node.js takes out of TLS at once: one record of TLS. */
const READ_BYTES = 16_384;
