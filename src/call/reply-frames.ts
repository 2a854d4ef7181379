import type { RpcError } from '../errors/rpc-error.ts';
import { writeError } from '../wire/error-payload.ts';
import { FrameFlag, FrameType } from '../wire/frame.ts';
import type { FrameBuffer } from '../wire/frame-buffer.ts';
import { type Metadata, writeMetadata } from '../wire/metadata.ts';
import type { ConnectionCore } from './connection-core.ts';
import type { LaneIo } from './lane-io.ts';
import type { ServerCall } from './server-call.ts';

/** An error that ends a call, as it goes into its frame. */
export interface ErrorReply {
  readonly error: RpcError;
  readonly details: Uint8Array | undefined;
  readonly flags: number;
}

/** Sends ERROR for a call, which may be one that was never taken. */
export function sendErrorFrame(core: ConnectionCore, to: { readonly lane: LaneIo; readonly callId: number }, reply: ErrorReply): void {
  const { out } = to.lane;
  const start = out.begin(FrameType.ERROR, reply.flags, to.callId);
  writeError(reply.error, reply.details, out.writer);
  out.finish(start);
  core.requestFlush(to.lane);
}

/** Sends a frame whose payload is the metadata that the handler set: METADATA or END. */
export function sendMetadataFrame(core: ConnectionCore, call: ServerCall, type: number): void {
  const lane = call.lane as LaneIo;
  const start = lane.out.begin(type, 0, call.id);
  appendMetadata(core, lane.out, { start, metadata: call.responseMetadata as Metadata });
  lane.out.finish(start);
  core.requestFlush(lane);
}

/** Appends metadata to a frame that was begun at `start`. It was checked when the handler set it. */
export function appendMetadata(
  core: ConnectionCore,
  out: FrameBuffer,
  what: { readonly start: number; readonly metadata: Metadata },
): void {
  writeMetadata(what.metadata, out.writer, core.settings.maxMetadataBytes);
  out.addFlags(what.start, FrameFlag.METADATA);
}

/** Sends GOAWAY: calls after the last one that was taken are safe to send elsewhere. */
export function sendGoaway(core: ConnectionCore, lane: LaneIo, what: { readonly lastTaken: number; readonly reason: string }): void {
  const start = lane.out.begin(FrameType.GOAWAY, 0, 0);
  lane.out.writer.writeUint32(what.lastTaken);
  lane.out.writer.writeString(what.reason);
  lane.out.finish(start);
  core.requestFlush(lane);
}
