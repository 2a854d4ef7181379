import type { TLSSocket } from 'node:tls';
import { RpcError } from '../../errors/rpc-error.ts';
import type { CloseInfo, Connection, ConnectionHandler, Lane, Peer } from '../../ports/transport.ts';
import { cutCloseReason } from '../close-reason.ts';
import { describeRefusal, toLossInfo } from './tls-error.ts';
import type { TlsInput } from './tls-input.ts';
import { TlsLane } from './tls-lane.ts';
import { closeRecord, MAX_LANES, RecordReader, type RecordSink } from './tls-record.ts';
import { SilenceWatch } from './tls-silence.ts';
import { MAX_LIMIT_BYTES, TlsWriter } from './tls-writer.ts';

/** What a connection is made of. */
export interface TlsConnectionOptions {
  /** A socket whose handshake is complete, and that nobody reads. */
  readonly socket: TLSSocket;
  readonly peer: Peer;
  readonly isServer: boolean;
  /** Of a socket that was made with it. */
  readonly input?: TlsInput;
  readonly isResumed: boolean;
  readonly idleTimeoutMs: number;
  /** Called when it has ended, before the handler hears of it. */
  readonly onEnded?: (connection: TlsConnection) => void;
}

/**
 * One TLS socket, from either side, with all lanes of the connection on it.
 *
 * Open from the moment it is made until `close`, a close record of the peer, the loss of the socket, or the idle timeout. The socket is not read before
 * `setHandler`, so what comes before it waits there.
 */
export class TlsConnection implements Connection, RecordSink {
  readonly peer: Peer;
  readonly isResumed: boolean;
  readonly protocol = 'tls';
  readonly usefulLanes = 1;
  readonly usefulBurstBytes: number = MAX_LIMIT_BYTES;
  readonly #socket: TLSSocket;
  readonly #isServer: boolean;
  readonly #input: TlsInput | undefined;
  readonly #onEnded: ((connection: TlsConnection) => void) | undefined;
  readonly #writer: TlsWriter;
  readonly #reader: RecordReader;
  readonly #silence: SilenceWatch;
  readonly #lanes: (TlsLane | undefined)[] = [];
  #handler: ConnectionHandler | undefined;
  #openedLanes = 0;
  #end: CloseInfo | undefined;

  constructor(options: TlsConnectionOptions) {
    const { socket } = options;
    this.peer = options.peer;
    this.isResumed = options.isResumed;
    this.#socket = socket;
    this.#isServer = options.isServer;
    this.#input = options.input;
    this.#onEnded = options.onEnded;
    this.#writer = new TlsWriter(socket, () => this.#onRoom());
    this.#reader = new RecordReader(this);
    this.#silence = new SilenceWatch(options.idleTimeoutMs, () => this.#lose(SILENCE_END));
    socket.setNoDelay(true);
    socket.on('error', (error) => this.#lose(toLossInfo(error)));
    socket.on('end', () => this.#lose(toLossInfo(undefined)));
    socket.on('close', () => this.#lose(toLossInfo(undefined)));
  }

  get isClosed(): boolean {
    return this.#end !== undefined;
  }

  setHandler(handler: ConnectionHandler): void {
    this.#handler = handler;
    if (this.#end !== undefined) process.nextTick(this.#tellEnd);
    else if (this.#input === undefined) this.#socket.on('data', this.#onBytes);
    else this.#input.listen(this.#socket, this.#onBytes);
  }

  flush(): void {
    this.#writer.flush();
  }

  openLane(): Lane {
    if (this.#end !== undefined) throw new RpcError('UNAVAILABLE', `The connection to ${this.peer.address} is closed: ${this.#end.reason}`);
    if (this.#openedLanes >= MAX_LANES) throw new RpcError('RESOURCE_EXHAUSTED', 'The peer allows no more lanes on this connection');
    const lane = this.#addLane(this.#openedLanes * 2 + (this.#isServer ? 1 : 0));
    this.#openedLanes += 1;
    return lane;
  }

  close(code: number, reason: string): void {
    if (this.#end !== undefined) return;
    const cut = cutCloseReason(reason);
    this.#writer.end(closeRecord(code, cut));
    this.#finish({ code, reason: cut, by: 'local' });
    this.#linger();
  }

  onData(id: number, bytes: Buffer): void {
    const lane = this.#lanes[id] ?? this.#acceptLane(id);
    if (this.#input === undefined) lane?.receive(bytes);
    else lane?.receiveBorrowed(bytes);
  }

  onClose(code: number, reason: string): void {
    this.#lose({ code, reason, by: 'remote' });
  }

  onRefusal(problem: string): void {
    if (this.#isServer) return this.#violated('a refusal from a client');
    this.#lose({ code: 0, reason: describeRefusal(problem), by: 'remote', isTlsRefusal: true });
  }

  readonly #onBytes = (bytes: Buffer): void => {
    this.#silence.hasArrived = true;
    const problem = this.#reader.push(bytes);
    if (problem !== undefined) this.#violated(problem);
  };

  #acceptLane(id: number): TlsLane | undefined {
    const isOfPeer = (id & 1) === (this.#isServer ? 0 : 1);
    if (!isOfPeer) {
      this.#violated('bytes for a lane that is not open');
      return undefined;
    }
    const lane = this.#addLane(id);
    this.#handler?.onLane(lane);
    return this.#end === undefined ? lane : undefined;
  }

  #addLane(id: number): TlsLane {
    const lane = new TlsLane(id, this.#writer);
    this.#lanes[id] = lane;
    return lane;
  }

  #onRoom(): void {
    // By number and not by iterator: a handler may open lanes or close the connection.
    for (let i = 0; i < this.#lanes.length && this.#end === undefined; i++) this.#lanes[i]?.onRoom();
  }

  /** The peer sent what the record layer does not allow. */
  #violated(problem: string): void {
    if (this.#end !== undefined) return;
    const reason = `the record layer was broken by ${problem}`;
    this.#writer.end(closeRecord(0, reason));
    this.#finish({ code: 0, reason, by: 'local' });
    this.#linger();
  }

  #linger(): void {
    this.#socket.off('data', this.#onBytes);
    linger(this.#socket);
  }

  /** The end came from outside: nothing is left to say to the peer. */
  #lose(end: CloseInfo): void {
    if (this.#end !== undefined) return;
    this.#finish(end);
    this.#socket.destroy();
  }

  /** Every way to the end comes through here, the first one counts. The handler hears of it after the caller of `close` has finished. */
  #finish(end: CloseInfo): void {
    this.#end = end;
    this.#silence.stop();
    this.#reader.stop();
    this.#input?.stop();
    this.#writer.stop();
    for (const lane of this.#lanes) lane?.markClosed();
    this.#onEnded?.(this);
    if (this.#handler !== undefined) process.nextTick(this.#tellEnd);
  }

  readonly #tellEnd = (): void => {
    const handler = this.#handler;
    this.#handler = undefined;
    if (this.#end !== undefined) handler?.onClose(this.#end);
  };
}

/**
 * Lets a socket that has been ended deliver its last bytes, and then closes it for good. Until then it reads and forgets: a socket that is closed with bytes unread resets
 * its connection, and the peer may lose the farewell with it.
 */
export function linger(socket: TLSSocket): void {
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.on('close', () => clearTimeout(timer));
}

/** How long a peer may take to fetch the farewell. */
export const LINGER_MS = 1000;

const SILENCE_END: CloseInfo = { code: 0, reason: 'nothing came from the peer within the idle timeout', by: 'network' };
