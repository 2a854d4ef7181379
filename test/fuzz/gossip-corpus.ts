import { PartitionDetector } from '../../src/detector/partition.ts';
import { PhiDetector } from '../../src/detector/phi-detector.ts';
import type { SwimEffect } from '../../src/swim/effects.ts';
import type { JoinRequest } from '../../src/swim/exchange.ts';
import { joinReplyCodec, joinRequestCodec, syncReplyCodec, syncRequestCodec } from '../../src/swim/exchange-codec.ts';
import { resolveSwimSettings } from '../../src/swim/settings.ts';
import { Swim } from '../../src/swim/swim.ts';
import type { SwimTimer } from '../../src/swim/timer.ts';
import { seededRandom } from '../../src/testing/seeded-random.ts';
import { hashTags } from '../../src/testing/simulation/simulated-tags.ts';
import { ByteWriter } from '../../src/util/byte-writer.ts';
import type { Codec } from '../../src/wire/codec.ts';

/** What a small cluster said: datagrams before encryption, and the messages of joins and exchanges. */
export interface GossipCorpus {
  readonly datagrams: readonly Buffer[];
  readonly joinRequests: readonly Buffer[];
  readonly joinReplies: readonly Buffer[];
  readonly syncRequests: readonly Buffer[];
  readonly syncReplies: readonly Buffer[];
}

/** An engine whose outside world is whoever holds it. */
export class FuzzEngine {
  readonly swim: Swim;
  readonly nodeId: string;
  /** What it would have asked a seed before anything happened. */
  readonly firstRequest: JoinRequest;
  now = 0;
  readonly timers: Map<number, { readonly timer: SwimTimer; readonly atMs: number }> = new Map();

  constructor(nodeId: string, seed: number) {
    this.nodeId = nodeId;
    this.swim = new Swim({
      nodeId,
      epoch: 1_000,
      address: `${nodeId}:1`,
      gossipAddress: `${nodeId}:2`,
      tags: { role: 'worker', zone: `zone of ${nodeId}` },
      settings: resolveSwimSettings({ profile: 'lan' }),
      random: seededRandom(seed),
      phi: new PhiDetector(nodeId),
      partition: new PartitionDetector(nodeId),
      hashTags,
    });
    this.firstRequest = this.swim.createJoinRequest();
  }

  /** Keeps the timers, and gives everything on. */
  take(effects: readonly SwimEffect[]): readonly SwimEffect[] {
    for (const effect of effects) {
      if (effect.kind === 'scheduleTimer')
        this.timers.set(effect.timer.generation, { timer: effect.timer, atMs: this.now + effect.afterMs });
      if (effect.kind === 'cancelTimer') this.timers.delete(effect.timer.generation);
    }
    return effects;
  }

  /** Lets time pass and runs the timers that are due. */
  pass(ms: number): readonly SwimEffect[] {
    this.now += ms;
    const due = [...this.timers.values()].filter(({ atMs }) => atMs <= this.now);
    const effects: SwimEffect[] = [];
    for (const { timer } of due) {
      this.timers.delete(timer.generation);
      effects.push(...this.take(this.swim.handleTimer(timer, this.now)));
    }
    return effects;
  }
}

/** Runs five nodes for a minute; one of them dies, one leaves, one changes its tags. */
export function recordGossip(seed: number): GossipCorpus {
  const random = seededRandom(seed);
  const engines = new Map(['a', 'b', 'c', 'd', 'e'].map((nodeId, i) => [nodeId, new FuzzEngine(nodeId, seed + i)]));
  const recorded = { datagrams: [], joinRequests: [], joinReplies: [], syncRequests: [], syncReplies: [] } as {
    [K in keyof GossipCorpus]: Buffer[];
  };
  const dead = new Set<string>();
  const carryOut = (from: FuzzEngine, effects: readonly SwimEffect[]): void => {
    for (const effect of effects) {
      if (effect.kind === 'sendDatagram') {
        recorded.datagrams.push(Buffer.from(effect.bytes));
        const to = engines.get(effect.to.split(':')[0] ?? '');
        if (!to || dead.has(to.nodeId) || random.next() < 0.1) continue;
        carryOut(to, to.take(to.swim.handleDatagram(effect.bytes, `${from.nodeId}:2`, to.now)));
      } else if (effect.kind === 'requestSync') {
        const to = engines.get(effect.nodeId);
        if (!to || dead.has(to.nodeId)) continue;
        const request = from.swim.createSyncRequest();
        recorded.syncRequests.push(encode(syncRequestCodec, request));
        const { reply, effects: theirs } = to.swim.handleSyncRequest(request, to.now);
        carryOut(to, to.take(theirs));
        if (!reply) continue;
        recorded.syncReplies.push(encode(syncReplyCodec, reply));
        carryOut(from, from.take(from.swim.handleSyncReply(reply, from.now).effects));
      } else if (effect.kind === 'sendReliablePing') {
        carryOut(from, from.take(from.swim.handleReliablePingResult(effect.token, { kind: 'failed' }, from.now)));
      } else if (effect.kind === 'replyJoin') {
        recorded.joinReplies.push(encode(joinReplyCodec, effect.reply));
        if (effect.token in [...engines.keys()]) {
          const newcomer = [...engines.values()][effect.token] as FuzzEngine;
          carryOut(newcomer, newcomer.take(newcomer.swim.handleJoinReply(effect.reply, newcomer.firstRequest, newcomer.now)));
        }
      }
    }
  };
  const seedNode = engines.get('a') as FuzzEngine;
  for (const [i, engine] of [...engines.values()].entries()) {
    carryOut(engine, engine.take(engine.swim.start(0)));
    if (engine === seedNode) continue;
    const request = engine.swim.createJoinRequest();
    recorded.joinRequests.push(encode(joinRequestCodec, request));
    carryOut(seedNode, seedNode.take(seedNode.swim.handleJoinRequest(request, i, seedNode.now)));
  }
  for (let ms = 0; ms < 60_000; ms += 50) {
    if (ms === 5_000) dead.add('e');
    if (ms === 10_000) carryOut(seedNode, seedNode.take(seedNode.swim.setTags({ role: 'director' }, seedNode.now)));
    for (const engine of engines.values()) {
      if (dead.has(engine.nodeId)) continue;
      if (ms === 40_000 && engine.nodeId === 'd') carryOut(engine, engine.take(engine.swim.leave(engine.now)));
      carryOut(engine, engine.pass(50));
    }
  }
  return recorded;
}

/** A message as it travels. */
export function encode<T>(codec: Codec<T>, value: T): Buffer {
  const writer = new ByteWriter(256);
  codec.encode(value, writer);
  return writer.take();
}
