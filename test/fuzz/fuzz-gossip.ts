import { CertificateBook } from '../../src/cluster/certificate-book.ts';
import { GossipCipher } from '../../src/cluster/gossip-cipher.ts';
import { gossipKey } from '../../src/cluster/gossip-key.ts';
import { foundedKeyState } from '../../src/cluster/key-state.ts';
import { NodeSecurity } from '../../src/cluster/node-security.ts';
import { readSecurity, type SecurityState, writeSecurity } from '../../src/cluster/security-state.ts';
import { RpcError } from '../../src/errors/rpc-error.ts';
import type { SwimEffect } from '../../src/swim/effects.ts';
import { joinReplyCodec, joinRequestCodec, syncReplyCodec, syncRequestCodec } from '../../src/swim/exchange-codec.ts';
import { readDatagram, writeHeader, writePart } from '../../src/swim/message-codec.ts';
import { MAX_PARTS } from '../../src/swim/messages.ts';
import { compareVersions } from '../../src/swim/precedence.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import { ByteReader, MalformedBytesError } from '../../src/util/byte-reader.ts';
import { ByteWriter } from '../../src/util/byte-writer.ts';
import type { Codec } from '../../src/wire/codec.ts';
import type { Dice } from './dice.ts';
import type { FuzzTarget } from './fuzz.ts';
import type { CaseResult } from './fuzz-engines.ts';
import { encode, FuzzEngine, recordGossip } from './gossip-corpus.ts';
import { mutateBytes } from './mutate.ts';

const corpus = recordGossip(1);
const INPUTS = 200;

/** Gives the reader of datagrams mutated ones: each is read, or has a reason. */
function fuzzDatagrams(_: unknown, dice: Dice): CaseResult {
  let read = 0;
  for (let i = 0; i < INPUTS; i++) {
    const datagram = readDatagram(mutatedDatagram(dice));
    if (typeof datagram === 'string') continue;
    read++;
    if (datagram.parts.length > MAX_PARTS) throw new Error(`${datagram.parts.length} parts were read`);
    if (datagram.parts.filter(({ kind }) => kind === 'ping' || kind === 'pingRequest').length > 1) throw new Error('two pings were read');
    const writer = new ByteWriter(256);
    writeHeader(writer, datagram.header);
    for (const part of datagram.parts) writePart(writer, part);
    const again = readDatagram(writer.take());
    if (typeof again === 'string' || again.dropped.length > 0) throw new Error('what was read cannot be read again');
    if (JSON.stringify(again.parts) !== JSON.stringify(datagram.parts)) throw new Error('a part changed on its second way');
  }
  return { frames: INPUTS, outcome: read === INPUTS ? 'all read' : 'some refused' };
}

/** Gives a cipher mutated packets: only what was sealed is opened, once. */
function fuzzCipher(_: unknown, dice: Dice): CaseResult {
  const [key, former] = [gossipKey(dice.bytes(32)), gossipKey(dice.bytes(32))];
  const sender = new GossipCipher('fuzz');
  const receiver = new GossipCipher('fuzz');
  receiver.use([key, former]);
  sender.use([dice.pick([key, former])]);
  const sealed = new Set<string>();
  const packets: Buffer[] = [];
  let opened = 0;
  for (let i = 0; i < INPUTS; i++) {
    if (i % 10 === 0) {
      const packet = sender.seal(dice.pick(corpus.datagrams)) as Buffer;
      sealed.add(packet.toString('latin1'));
      packets.push(packet);
    }
    const packet = dice.chance(0.1)
      ? dice.pick(packets)
      : dice.chance(0.2)
        ? dice.bytes(dice.below(1_400))
        : mutateBytes(dice.pick(packets), dice);
    const outcome = receiver.open(packet, i);
    if (typeof outcome === 'string') continue;
    opened++;
    if (!sealed.delete(packet.toString('latin1'))) throw new Error('a packet was opened that nobody sealed, or twice');
  }
  return { frames: INPUTS, outcome: opened > 0 ? 'some opened' : 'none opened' };
}

/** Gives an engine mutated datagrams, joins and exchanges, as if they were authentic, and lets its timers run. */
function fuzzEngine(_: unknown, dice: Dice): CaseResult {
  const engine = new FuzzEngine('a', dice.below(1_000_000));
  const { swim } = engine;
  let given = 0;
  let version = { epoch: 0, incarnation: 0 };
  const check = (effects: readonly SwimEffect[], isAnswer: boolean): void => {
    engine.take(effects);
    checkEffects(effects, isAnswer);
    const self = swim.node('a');
    if (self?.state !== 'alive') throw new Error(`a running node holds itself ${self?.state}`);
    if (compareVersions(self, version) < 0) throw new Error('its version went back');
    version = { epoch: self.epoch, incarnation: self.incarnation };
  };
  check(swim.start(0), false);
  for (let i = 0; i < INPUTS; i++) {
    given++;
    if (dice.chance(0.9)) check(swim.handleDatagram(mutatedDatagram(dice), dice.pick(['stranger:9', 'b:2']), engine.now), true);
    else exchange(engine, dice, (effects) => check(effects, false));
    if (dice.chance(0.2)) engine.pass(dice.pick([1, 50, 200, 3_000]));
    const { remembered } = swim.stats();
    // A datagram has room for so many announcements.
    if (remembered > 64 * given) throw new Error(`${remembered} members after ${given} inputs`);
  }
  swim.stop(engine.now);
  return { frames: given, outcome: swim.stats().alive > 1 ? 'knows others' : 'alone' };
}

/** Gives the reader of security blocks mutated ones, and a node what was read. */
function fuzzSecurity(_: unknown, dice: Dice): CaseResult {
  const clock = new FakeClock();
  const security = new NodeSecurity({
    nodeId: 'a',
    clock,
    cipher: new GossipCipher('fuzz'),
    certificates: new CertificateBook('a', () => undefined),
    configured: undefined,
    overlapMs: 1_000,
    events: { onForeignKeys: () => undefined, onExpelled: () => undefined, onReadmitted: () => undefined },
  });
  security.found();
  let read = 0;
  for (let i = 0; i < INPUTS; i++) {
    const state = attempt(() => readSecurity(new ByteReader(mutateBytes(dice.pick(SECURITY_SAMPLES), dice))));
    if (!state) continue;
    read++;
    attempt(() => security.adopt(state));
    const { keys, expulsions } = security.snapshot();
    if (!keys || keys.isConfigured) throw new Error('a node gave its keys up');
    if (expulsions.length > 256) throw new Error(`${expulsions.length} expulsions are kept`);
    const sent = securityBytes(security.snapshot());
    if (!securityBytes(readSecurity(new ByteReader(sent))).equals(sent)) throw new Error('a state changed on its second way');
  }
  return { frames: INPUTS, outcome: read > 0 ? 'some read' : 'none read' };
}

/** What the gossip and the security of a cluster are given. */
export const GOSSIP_TARGETS: Readonly<Record<string, FuzzTarget>> = {
  gossipDatagrams: fuzzDatagrams,
  gossipCipher: fuzzCipher,
  gossipEngine: fuzzEngine,
  gossipSecurity: fuzzSecurity,
};

/** One message of a join or an exchange. */
function exchange(engine: FuzzEngine, dice: Dice, check: (effects: readonly SwimEffect[]) => void): void {
  const { swim, now } = engine;
  dice.pick([
    () => give(joinRequestCodec, corpus.joinRequests, (request) => swim.handleJoinRequest(request, 1, now)),
    () =>
      give(joinReplyCodec, corpus.joinReplies, (reply) =>
        swim.handleJoinReply(reply, dice.pick([engine.firstRequest, swim.createJoinRequest()]), now),
      ),
    () => give(syncRequestCodec, corpus.syncRequests, (request) => swim.handleSyncRequest(request, now).effects),
    () => give(syncReplyCodec, corpus.syncReplies, (reply) => swim.handleSyncReply(reply, now).effects),
  ])();

  function give<T>(codec: Codec<T>, samples: readonly Buffer[], handle: (message: T) => readonly SwimEffect[]): void {
    const message = attempt(() => codec.decode(new ByteReader(mutateBytes(dice.pick(samples), dice))));
    if (message === undefined) return;
    // What was accepted can be passed on.
    encode(codec, message);
    check(handle(message));
  }
}

/** A stranger's address gets nothing, one datagram causes one answer of each kind at most, and nothing that is sent is too long or unreadable. */
function checkEffects(effects: readonly SwimEffect[], isAnswer: boolean): void {
  let acks = 0;
  let datagrams = 0;
  for (const effect of effects) {
    if (effect.kind !== 'sendDatagram') continue;
    datagrams++;
    if (effect.to === 'stranger:9') throw new Error('a stranger got an answer');
    if (effect.bytes.length > 1_166) throw new Error(`a datagram of ${effect.bytes.length} bytes`);
    const sent = readDatagram(effect.bytes);
    if (typeof sent === 'string' || sent.dropped.length > 0) throw new Error('a datagram that nobody can read');
    acks += sent.parts.filter(({ kind }) => kind === 'ack').length;
  }
  if (isAnswer && acks > 1) throw new Error(`${acks} acks for one datagram`);
  // An answer to a ping or a ping for somebody else, what this node holds of the sender, and what it is itself.
  if (isAnswer && datagrams > 3) throw new Error(`${datagrams} datagrams for one`);
}

function mutatedDatagram(dice: Dice): Buffer {
  const datagram = dice.pick(corpus.datagrams);
  if (dice.chance(0.1)) return datagram;
  if (dice.chance(0.1))
    return Buffer.concat([datagram, ...Array.from({ length: dice.below(20) }, () => partsOf(dice.pick(corpus.datagrams)))]);
  return mutateBytes(datagram, dice);
}

/** A datagram without its header. */
function partsOf(datagram: Buffer): Buffer {
  const read = readDatagram(datagram);
  const writer = new ByteWriter(256);
  if (typeof read !== 'string') for (const part of read.parts) writePart(writer, part);
  return writer.take();
}

/** Bytes may be malformed, and keys may not go together; nothing else may be thrown. */
function attempt<T>(task: () => T): T | undefined {
  try {
    return task();
  } catch (error) {
    if (error instanceof MalformedBytesError || error instanceof RpcError) return undefined;
    throw error;
  }
}

function securityBytes(state: SecurityState): Buffer {
  const writer = new ByteWriter(256);
  writeSecurity(writer, state);
  return writer.take();
}

const [KEY, OTHER_KEY] = [gossipKey(new Uint8Array(32).fill(1)), gossipKey(new Uint8Array(32).fill(2))];
const expulsion = { nodeId: 'b', version: 1, isExpelled: true, reason: 'stolen', fingerprints: ['AA:BB', 'CC:DD'], shared: ['CC:DD'] };
const SECURITY_SAMPLES: readonly Buffer[] = [
  { keys: { ...foundedKeyState(''), key: KEY }, keyAgeMs: 5, expulsions: [] },
  { keys: { ...foundedKeyState('ab'), key: KEY, generation: 3 }, keyAgeMs: 5_000, expulsions: [expulsion] },
  { keys: { ...foundedKeyState(''), key: KEY, phase: 'using' as const, previous: OTHER_KEY }, keyAgeMs: 0, expulsions: [] },
  { keys: undefined, keyAgeMs: 0, expulsions: [expulsion, { ...expulsion, nodeId: 'c', isExpelled: false }] },
].map(securityBytes);
