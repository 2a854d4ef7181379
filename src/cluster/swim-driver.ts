import { RpcError } from '../errors/rpc-error.ts';
import type { ScheduledTask } from '../ports/clock.ts';
import type { DatagramSocket } from '../ports/datagram-socket.ts';
import type { LoadReport } from '../registry/node-source.ts';
import type { Runtime } from '../rpc/runtime.ts';
import type { DropReason, SwimEffect, SyncReason } from '../swim/effects.ts';
import type { JoinReply, JoinRequest } from '../swim/exchange.ts';
import type { MembershipEvent } from '../swim/membership-event.ts';
import type { Swim } from '../swim/swim.ts';
import type { SwimTimer } from '../swim/timer.ts';
import { assertNever } from '../util/assert-never.ts';
import { Deferred } from '../util/deferred.ts';
import type { GossipCipher } from './gossip-cipher.ts';
import { StallWatch } from './stall-watch.ts';

/** Effects that need calls to other nodes; the driver carries the rest out itself. */
export interface DriverEvents {
  /** `version`: that of the view after it. */
  onEvent(event: MembershipEvent, version: number): void;
  /** What is held of a node has changed, with an event or without one. */
  onMemberChanged(): void;
  onLoad(report: LoadReport): void;
  /** `periodic`: while others are known; seeds that are among them need not be asked. */
  joinSeeds(reason: 'start' | 'alone' | 'periodic'): void;
  requestSync(address: string, reason: SyncReason): void;
  reliablePing(ping: { readonly token: number; readonly address: string; readonly timeoutMs: number }): void;
  fetchTags(fetch: Extract<SwimEffect, { kind: 'fetchTags' }>): void;
  onNameConflict(conflict: Extract<SwimEffect, { kind: 'nameConflict' }>): void;
  /** A datagram that another key was used for, or none that is valid. */
  onUnreadable(from: string): void;
  /** Asked regularly: calls in flight on this node's server. */
  load(): number;
}

/**
 * Runs one membership engine: hands it datagrams and timers, and carries its effects out, one call at a time.
 *
 * A timer's verdict is taken one `setImmediate` late, because an answer may already wait in the socket while the timer fires.
 */
export class SwimDriver {
  readonly #swim: Swim;
  readonly #runtime: Runtime;
  readonly #cipher: GossipCipher;
  readonly #events: DriverEvents;
  readonly #stallWatch: StallWatch;
  readonly #timers = new Map<number, ScheduledTask>();
  readonly #joins = new Map<number, Deferred<JoinReply>>();
  readonly #left = new Deferred<void>();
  readonly #pending: (() => readonly SwimEffect[])[] = [];
  #socket: DatagramSocket | undefined;
  #nextToken = 1;
  #fullLoggedMs = Number.NEGATIVE_INFINITY;
  #isRunning = false;
  #isClosed = false;

  constructor(swim: Swim, options: { readonly runtime: Runtime; readonly cipher: GossipCipher; readonly events: DriverEvents }) {
    this.#swim = swim;
    this.#runtime = options.runtime;
    this.#cipher = options.cipher;
    this.#events = options.events;
    this.#stallWatch = new StallWatch(options.runtime.clock, () => this.#onTick());
  }

  get #now(): number {
    return this.#runtime.clock.now();
  }

  start(socket: DatagramSocket): void {
    this.#socket = socket;
    this.#stallWatch.start();
    this.run(() => this.#swim.start(this.#now));
  }

  /** A datagram as it came from the network. */
  handlePacket(packet: Uint8Array, from: string): void {
    if (this.#isClosed) return;
    this.#noteStall();
    const now = this.#now;
    const plaintext = this.#cipher.open(packet, now);
    if (typeof plaintext === 'string') {
      if (plaintext !== 'unknownKey') this.#runtime.logger.debug('gossip datagram dropped', { reason: plaintext, from });
      if (plaintext === 'unknownKey' || plaintext === 'notAuthentic') this.#events.onUnreadable(from);
      return;
    }
    // What is answered says how things are now.
    this.#swim.setLoad(this.#events.load());
    this.run(() => this.#swim.handleDatagram(plaintext, from, now));
  }

  /** A newcomer asks to be taken in; the answer may need a question to another node first. */
  handleJoin(request: JoinRequest): Promise<JoinReply> {
    if (this.#isClosed) return Promise.reject(leftError());
    const token = this.#nextToken++;
    const answer = new Deferred<JoinReply>();
    this.#joins.set(token, answer);
    this.run(() => this.#swim.handleJoinRequest(request, token, this.#now));
    return answer.promise;
  }

  /** Says goodbye; resolves when it was passed on. */
  leave(): Promise<void> {
    this.run(() => this.#swim.leave(this.#now));
    return this.#left.promise;
  }

  /** Calls the engine and carries out what it wants. A call made meanwhile, by a listener for example, waits its turn. */
  run(call: () => readonly SwimEffect[]): void {
    this.#pending.push(call);
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      for (let next = this.#pending.shift(); next && !this.#isClosed; next = this.#pending.shift()) {
        for (const effect of next()) this.#carryOut(effect);
      }
    } finally {
      this.#isRunning = false;
    }
  }

  /** Stops the engine, every timer and the socket. Idempotent. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    // Not through the queue: inside a listener it would not come to its turn. What the engine wants done at its end is only to cancel timers.
    this.#swim.stop(this.#now);
    this.#isClosed = true;
    this.#stallWatch.stop();
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    for (const answer of this.#joins.values()) answer.reject(leftError());
    this.#joins.clear();
    this.#left.resolve();
    await this.#socket?.close();
  }

  #carryOut(effect: SwimEffect): void {
    switch (effect.kind) {
      case 'sendDatagram':
        return this.#send(effect.to, effect.bytes);
      case 'sendReliablePing':
        return this.#events.reliablePing(effect);
      case 'requestSync':
        return this.#events.requestSync(effect.address, effect.reason);
      case 'fetchTags':
        return this.#events.fetchTags(effect);
      case 'joinSeeds':
        return this.#events.joinSeeds(effect.reason);
      case 'replyJoin':
        return this.#answerJoin(effect.token, effect.reply);
      case 'scheduleTimer':
        return this.#schedule(effect.timer, effect.afterMs);
      case 'cancelTimer':
        return this.#cancel(effect.timer);
      case 'emit':
        return this.#events.onEvent(effect.event, effect.version);
      case 'memberChanged':
        return this.#events.onMemberChanged();
      case 'memberForgotten':
        return;
      case 'loadChanged':
        return this.#events.onLoad(effect);
      case 'nameConflict':
        return this.#events.onNameConflict(effect);
      case 'dropped':
        return this.#logDropped(effect.reason, effect.from);
      case 'leaveFinished':
        return this.#left.resolve();
      default:
        return assertNever(effect, 'effect');
    }
  }

  #send(to: string, bytes: Uint8Array): void {
    const packet = this.#cipher.seal(bytes);
    if (packet) this.#socket?.send(packet, to);
  }

  /** Most of it is noise; that the cluster is full an operator has to know, once a minute. */
  #logDropped(reason: DropReason, from: string): void {
    const { logger } = this.#runtime;
    if (reason !== 'membersFull' || this.#now - this.#fullLoggedMs < LOG_FULL_EVERY_MS) {
      return logger.debug('gossip input dropped', { reason, from });
    }
    this.#fullLoggedMs = this.#now;
    logger.warn('this node knows maxMembers nodes and takes no more in: raise maxMembers on all nodes', { from });
  }

  #answerJoin(token: number, reply: JoinReply): void {
    const answer = this.#joins.get(token);
    this.#joins.delete(token);
    answer?.resolve(reply);
  }

  #schedule(timer: SwimTimer, afterMs: number): void {
    const { clock } = this.#runtime;
    const due = (): void => {
      this.#noteStall();
      clock.afterInput(() => {
        if (this.#timers.delete(timer.generation)) this.run(() => this.#swim.handleTimer(timer, this.#now));
      });
    };
    this.#timers.set(timer.generation, clock.schedule(Math.max(0, afterMs), due, { unref: true }));
  }

  #cancel(timer: SwimTimer): void {
    this.#timers.get(timer.generation)?.cancel();
    this.#timers.delete(timer.generation);
  }

  #onTick(): void {
    this.#noteStall();
    this.#swim.setLoad(this.#events.load());
  }

  #noteStall(): void {
    const stallMs = this.#stallWatch.takeStallMs(this.#now);
    if (stallMs === 0) return;
    this.#runtime.logger.debug('the event loop stood still', { stallMs: Math.round(stallMs) });
    this.run(() => this.#swim.noteStall(stallMs, this.#now));
  }
}

const LOG_FULL_EVERY_MS = 60_000;

/** The answer to whoever still asks a node that has left. */
export function leftError(): RpcError {
  return new RpcError('UNAVAILABLE', 'This node has left the cluster', { notTaken: true });
}
