import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { PartitionDetector } from '../../../src/detector/partition.ts';
import { PhiDetector } from '../../../src/detector/phi-detector.ts';
import type { SwimEffect } from '../../../src/swim/effects.ts';
import type { MemberRecord } from '../../../src/swim/exchange.ts';
import type { MembershipEvent } from '../../../src/swim/membership-event.ts';
import { type Datagram, readDatagram, writeHeader, writePart } from '../../../src/swim/message-codec.ts';
import type { AlivePart, Part } from '../../../src/swim/messages.ts';
import type { NodeState } from '../../../src/swim/node-info.ts';
import { resolveSwimSettings, type SwimSettingsOptions } from '../../../src/swim/settings.ts';
import { Swim } from '../../../src/swim/swim.ts';
import type { SwimOptions } from '../../../src/swim/swim-options.ts';
import type { SwimTimer, TimerKind } from '../../../src/swim/timer.ts';
import { seededRandom } from '../../../src/testing/seeded-random.ts';
import { ByteWriter } from '../../../src/util/byte-writer.ts';

/** The epoch of every node in these tests, unless a test says otherwise. */
export const EPOCH = 1000;

/** One engine, named `me`, whose outside world is the test. */
export class EngineUnderTest {
  readonly swim: Swim;
  now = 0;
  readonly effects: SwimEffect[] = [];
  readonly #timers = new Map<number, { readonly timer: SwimTimer; readonly atMs: number }>();

  constructor(options: Partial<SwimOptions> & { readonly tuning?: SwimSettingsOptions } = {}) {
    const { tuning, ...rest } = options;
    this.swim = new Swim({
      nodeId: 'me',
      epoch: EPOCH,
      ...addressesOf('me'),
      settings: resolveSwimSettings(tuning),
      random: seededRandom(7),
      phi: new PhiDetector('me'),
      partition: new PartitionDetector('me'),
      hashTags,
      ...rest,
    });
    this.take(this.swim.start(0));
  }

  /** Notes effects and keeps the timers. */
  take(effects: readonly SwimEffect[]): readonly SwimEffect[] {
    for (const effect of effects) {
      this.effects.push(effect);
      if (effect.kind === 'scheduleTimer')
        this.#timers.set(effect.timer.generation, { timer: effect.timer, atMs: this.now + effect.afterMs });
      if (effect.kind === 'cancelTimer') this.#timers.delete(effect.timer.generation);
    }
    return effects;
  }

  /** A datagram of `from` with these parts arrives. */
  receive(from: string, ...parts: readonly Part[]): readonly SwimEffect[] {
    return this.receiveFrom({ nodeId: from, epoch: EPOCH, load: 0 }, ...parts);
  }

  receiveFrom(header: { nodeId: string; epoch: number; load: number }, ...parts: readonly Part[]): readonly SwimEffect[] {
    return this.receiveAt(addressesOf(header.nodeId).gossipAddress, header, ...parts);
  }

  /** A datagram arrives from an address that need not be the sender's. */
  receiveAt(from: string, header: { nodeId: string; epoch: number; load: number }, ...parts: readonly Part[]): readonly SwimEffect[] {
    const writer = new ByteWriter();
    writeHeader(writer, header);
    for (const part of parts) writePart(writer, part);
    return this.take(this.swim.handleDatagram(writer.take(), from, this.now));
  }

  /** These nodes are known and alive. */
  meet(...nodeIds: readonly string[]): this {
    for (const nodeId of nodeIds) this.receive(nodeId, aliveOf(nodeId));
    return this;
  }

  /** Lets time pass, and runs the timers of these kinds (all when none is named); the others stay unheard. */
  pass(forMs: number, ...kinds: readonly TimerKind[]): void {
    const endMs = this.now + forMs;
    for (;;) {
      const due = [...this.#timers.values()].filter((item) => item.atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (due === undefined) break;
      this.#timers.delete(due.timer.generation);
      this.now = Math.max(this.now, due.atMs);
      if (kinds.length === 0 || kinds.includes(due.timer.kind)) this.take(this.swim.handleTimer(due.timer, this.now));
    }
    this.now = endMs;
  }

  /** How many milliseconds are left until a timer; undefined when it is not set. */
  untilTimer(kind: TimerKind, key: string | number): number | undefined {
    const found = [...this.#timers.values()].find(({ timer }) => timer.kind === kind && timer.key === key);
    return found && found.atMs - this.now;
  }

  stateOf(nodeId: string): NodeState | undefined {
    return this.swim.node(nodeId)?.state;
  }

  /** The kinds of the events about one node, oldest first. */
  told(nodeId: string): string[] {
    return eventsIn(this.effects).flatMap((event) => ('node' in event && event.node.nodeId === nodeId ? [event.kind] : []));
  }
}

/** As nodes make it. */
export function hashTags(encoded: Uint8Array): string {
  return createHash('sha256').update(encoded).digest('hex').slice(0, 32);
}

/** The two addresses of a node of these tests. */
export function addressesOf(nodeId: string): { address: string; gossipAddress: string } {
  return { address: `${nodeId}:1`, gossipAddress: `${nodeId}:2` };
}

export function aliveOf(nodeId: string, version: { epoch?: number; incarnation?: number; tags?: Record<string, string> } = {}): AlivePart {
  return { kind: 'alive', nodeId, epoch: EPOCH, incarnation: 0, tags: {}, ...addressesOf(nodeId), ...version };
}

export function recordOf(nodeId: string, changes: Partial<MemberRecord> = {}): MemberRecord {
  return { nodeId, epoch: EPOCH, incarnation: 0, state: 'alive', tags: {}, ...addressesOf(nodeId), ...changes };
}

export function eventsIn(effects: readonly SwimEffect[]): MembershipEvent[] {
  return effects.flatMap((effect) => (effect.kind === 'emit' ? [effect.event] : []));
}

/** The datagrams among effects, read. */
export function sentIn(effects: readonly SwimEffect[]): (Datagram & { readonly to: string; readonly bytes: number })[] {
  return effects.flatMap((effect) => {
    if (effect.kind !== 'sendDatagram') return [];
    const datagram = readDatagram(effect.bytes);
    if (typeof datagram === 'string') throw new Error(`The engine sent a datagram that is ${datagram}`);
    return [{ ...datagram, to: effect.to, bytes: effect.bytes.length }];
  });
}

/** The parts of one kind among the datagrams that were sent to a node, or to all. */
export function partsIn<K extends Part['kind']>(
  effects: readonly SwimEffect[],
  kind: K,
  to?: string,
): Extract<Part, { readonly kind: K }>[] {
  return sentIn(effects)
    .filter((datagram) => to === undefined || datagram.to === addressesOf(to).gossipAddress)
    .flatMap((datagram) => datagram.parts)
    .filter((part): part is Extract<Part, { readonly kind: K }> => part.kind === kind);
}

/** A life that goes above another begins within the second after it. */
export function assertAbove(floor: number, epoch: number | undefined): void {
  assert.ok(epoch !== undefined && epoch > floor && epoch <= floor + 1000, `above ${floor}, got ${epoch}`);
}
