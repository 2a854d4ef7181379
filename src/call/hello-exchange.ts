import { ByteReader } from '../util/byte-reader.ts';
import { type Frame, FrameFlag, FrameType } from '../wire/frame.ts';
import { commonVersion, type Hello, readHello, VERSIONS, writeHello } from '../wire/hello.ts';
import { FRAME_HEADER_BYTES, MAX_FRAME_PAYLOAD_BYTES, MAX_HELLO_BYTES } from '../wire/limits.ts';
import type { CallRole } from './call-role.ts';
import { CloseCode } from './close-code.ts';
import type { ConnectionCore } from './connection-core.ts';
import type { LaneIo } from './lane-io.ts';
import { MessageAssembler } from './message-assembler.ts';

/** Says HELLO for one side of a connection and understands the other's. A HELLO with many methods takes several frames. */
export class HelloExchange {
  readonly #core: ConnectionCore;
  readonly #role: CallRole;
  readonly #isServer: boolean;
  readonly #parts = new MessageAssembler(MAX_HELLO_BYTES);

  constructor(core: ConnectionCore, role: CallRole, isServer: boolean) {
    this.#core = core;
    this.#role = role;
    this.#isServer = isServer;
  }

  /** Sends this side's HELLO on the first lane. To be called once. */
  send(): void {
    const { settings } = this.#core;
    const lane = this.#core.lanes[0] as LaneIo;
    const start = lane.out.begin(FrameType.HELLO, 0, 0);
    writeHello(
      {
        minVersion: VERSIONS.min,
        maxVersion: VERSIONS.max,
        features: 0,
        maxMessageBytes: settings.maxMessageBytes,
        maxCalls: this.#isServer ? settings.maxCalls : 0,
        maxLanes: settings.maxLanes,
        callCreditBytes: settings.callCreditBytes,
        connectionCreditBytes: settings.connectionCreditBytes,
        methods: this.#role.methods,
      },
      lane.out.writer,
    );
    cutIntoFrames(lane, start);
    this.#core.requestFlush(lane);
  }

  /**
   * Takes a HELLO frame. Gives what the peer said when it is complete and acceptable; otherwise more must come, or the connection was closed with the
   * reason.
   */
  receive(lane: LaneIo, frame: Frame): Hello | undefined {
    if (lane.index !== 0) return void this.#core.violate('HELLO came on another lane than the first');
    const outcome = this.#parts.add(frame);
    if (outcome === 'tooLarge') return void this.#core.violate(`a HELLO of more than ${MAX_HELLO_BYTES} bytes`);
    if (outcome === 'partial') return undefined;
    const { bytes, start, end } = this.#parts;
    const peer = readHello(new ByteReader(bytes, start, end));
    this.#parts.clear();
    // Only a server announces methods: those of a client would be kept for nothing.
    if (commonVersion(peer) !== undefined) return this.#isServer ? { ...peer, methods: [] } : peer;
    const theirs = `${peer.minVersion} to ${peer.maxVersion}`;
    this.#core.close(CloseCode.INCOMPATIBLE, `protocol versions differ: ${VERSIONS.min} to ${VERSIONS.max} here, ${theirs} there`);
    return undefined;
  }
}

/** The first frame was begun at `start` with all of the payload behind it. */
function cutIntoFrames(lane: LaneIo, start: number): void {
  const { out } = lane;
  const payload = Buffer.from(out.writer.buffer.subarray(start + FRAME_HEADER_BYTES, out.writer.position));
  out.writer.position = start;
  for (let offset = 0; offset < payload.length; offset += MAX_FRAME_PAYLOAD_BYTES) {
    const end = Math.min(offset + MAX_FRAME_PAYLOAD_BYTES, payload.length);
    const frame = out.begin(FrameType.HELLO, end < payload.length ? FrameFlag.MORE : 0, 0);
    out.writer.writeRaw(payload.subarray(offset, end));
    out.finish(frame);
  }
}
