import type { JoinReply, JoinRequest, SyncReply, SyncRequest } from '../swim/exchange.ts';
import { joinReplyCodec, joinRequestCodec, syncReplyCodec, syncRequestCodec } from '../swim/exchange-codec.ts';
import { ByteReader, MalformedBytesError } from '../util/byte-reader.ts';
import type { ByteWriter } from '../util/byte-writer.ts';
import type { Codec } from '../wire/codec.ts';
import type { MethodDescriptor } from '../wire/method.ts';
import { GOSSIP_KEY_BYTES, type GossipKey, gossipKey } from './gossip-key.ts';

/** A message of the membership, and the gossip key beside it: only authorized peers see either. */
export interface Keyed<T> {
  readonly message: T;
  /** The key the sender uses. Absent from a newcomer that has none yet, and from a refusal. */
  readonly key: GossipKey | undefined;
}

/** Who a node is right now: the answer to a reliable ping. */
export interface PingAnswer {
  readonly nodeId: string;
  readonly epoch: number;
  readonly incarnation: number;
}

/** Asks a seed to be taken in. */
export const joinMethod: MethodDescriptor<Keyed<JoinRequest>, Keyed<JoinReply>> = {
  name: 'rpcnet.cluster.join',
  kind: 'unary',
  request: keyed(joinRequestCodec),
  response: keyed(joinReplyCodec),
  fingerprint: '',
  idempotent: true,
};

/** Exchanges views. */
export const syncMethod: MethodDescriptor<Keyed<SyncRequest>, Keyed<SyncReply>> = {
  name: 'rpcnet.cluster.sync',
  kind: 'unary',
  request: keyed(syncRequestCodec),
  response: keyed(syncReplyCodec),
  fingerprint: '',
  idempotent: true,
};

/** Asks a node who it is, over the reliable transport: an answer proves it alive where UDP does not get through. */
export const pingMethod: MethodDescriptor<undefined, PingAnswer> = {
  name: 'rpcnet.cluster.ping',
  kind: 'unary',
  request: { encode: () => undefined, decode: () => undefined },
  response: {
    encode(answer: PingAnswer, writer: ByteWriter) {
      writer.writeString(answer.nodeId);
      writer.writeVarint(answer.epoch);
      writer.writeVarint(answer.incarnation);
    },
    decode(reader: ByteReader): PingAnswer {
      return { nodeId: reader.readString(), epoch: reader.readVarint(), incarnation: reader.readVarint() };
    },
  },
  fingerprint: '',
  idempotent: true,
};

function keyed<T>(codec: Codec<T>): Codec<Keyed<T>> {
  return {
    encode({ message, key }, writer) {
      writer.writeUint8(key ? 1 : 0);
      if (key) {
        writer.writeUint8(key.id);
        writer.writeRaw(key.secret);
      }
      codec.encode(message, writer);
    },
    decode(reader) {
      const key = readKey(reader);
      return { key, message: codec.decode(new ByteReader(reader.readRest())) };
    },
  };
}

function readKey(reader: ByteReader): GossipKey | undefined {
  const mark = reader.readUint8();
  if (mark === 0) return undefined;
  if (mark !== 1) throw new MalformedBytesError(`expected a gossip key or none, got mark ${mark}`);
  const id = reader.readUint8();
  const start = reader.skip(GOSSIP_KEY_BYTES);
  const key = gossipKey(Uint8Array.from(reader.bytes.subarray(start, start + GOSSIP_KEY_BYTES)));
  // Under a wrong id its datagrams would be dropped by everybody else as those of an unknown key.
  if (key.id !== id) throw new MalformedBytesError(`the gossip key has id ${key.id}, not ${id}`);
  return key;
}
