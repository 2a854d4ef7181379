import type { JoinReply, JoinRequest, SyncReply, SyncRequest, TagsReply, TagsRequest } from '../swim/exchange.ts';
import { joinReplyCodec, joinRequestCodec, syncReplyCodec, syncRequestCodec } from '../swim/exchange-codec.ts';
import { tagsReplyCodec, tagsRequestCodec } from '../swim/tags-codec.ts';
import { ByteReader } from '../util/byte-reader.ts';
import type { ByteWriter } from '../util/byte-writer.ts';
import type { Codec } from '../wire/codec.ts';
import type { MethodDescriptor } from '../wire/method.ts';
import { readSecurity, type SecurityState, writeSecurity } from './security-state.ts';

/** A message of the membership, and the gossip keys beside it: only authorized peers see either. */
export interface Keyed<T> {
  readonly message: T;
  /** The keys the sender uses, and whom it holds expelled. Without keys from a newcomer that has none yet, and in a refusal. */
  readonly security: SecurityState;
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

/** Asks for tags that are too large for announcements. */
export const tagsMethod: MethodDescriptor<TagsRequest, TagsReply> = {
  name: 'rpcnet.cluster.tags',
  kind: 'unary',
  request: tagsRequestCodec,
  response: tagsReplyCodec,
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

/** Tells another node of the same cluster, which is named in the message, of the gossip keys and of those who are expelled, and asks what it holds. */
export const securityMethod: MethodDescriptor<Keyed<string>, SecurityState> = {
  name: 'rpcnet.cluster.security',
  kind: 'unary',
  request: keyed({ encode: (clusterName, writer) => writer.writeString(clusterName), decode: (reader) => reader.readString() }),
  response: { encode: (state, writer) => writeSecurity(writer, state), decode: readSecurity },
  fingerprint: '',
  idempotent: true,
};

function keyed<T>(codec: Codec<T>): Codec<Keyed<T>> {
  return {
    encode({ message, security }, writer) {
      writeSecurity(writer, security);
      codec.encode(message, writer);
    },
    decode(reader) {
      const security = readSecurity(reader);
      return { security, message: codec.decode(new ByteReader(reader.readRest())) };
    },
  };
}
