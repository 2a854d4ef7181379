import { fromUnknown } from '../errors/from-unknown.ts';
import { RpcError } from '../errors/rpc-error.ts';
import type { ScheduledTask } from '../ports/clock.ts';
import type { Runtime } from '../rpc/runtime.ts';
import type { NodeInfo } from '../swim/node-info.ts';
import { Deferred } from '../util/deferred.ts';
import type { Expulsion } from './expulsions.ts';
import { compareKeyStates, type KeyPhase, type KeyState, PHASES } from './key-state.ts';
import type { NodeSecurity } from './node-security.ts';
import type { SecurityState } from './security-state.ts';

/** Whom a change of the keys, or of the list of expelled nodes, has reached. */
export interface SecurityChange {
  /** Other nodes that have it. */
  readonly confirmed: number;
  /** Names of nodes that take part and did not answer, in order. They get it as soon as they exchange views with any node. */
  readonly unreached: readonly string[];
}

/** What a rotation works with. */
export interface KeyRotationOptions {
  readonly runtime: Runtime;
  readonly nodeId: string;
  readonly security: NodeSecurity;
  /** The nodes that are alive or suspect, this one included. */
  readonly members: () => readonly NodeInfo[];
  /** Tells the node at an address what this one holds, and takes over what it answers. */
  readonly push: (address: string) => Promise<SecurityState>;
  /** How long datagrams and newcomers may be on their way, in milliseconds: so long each phase lasts at least. */
  readonly overlapMs: number;
  /** A key that is as old is replaced; 0 is never. */
  readonly rotateEveryMs: number;
}

/**
 * Replaces the gossip key without losing a datagram: hands the new key to all, then has all use it, then has all forget the old one, and waits in between. Any node may
 * begin; two that begin at once settle on one key, since of two states all nodes keep the greater.
 *
 * Whoever begins a rotation finishes it. When it does not (crash, partition), the node with the lowest name does, and any other if that one does not either. The
 * same nodes begin one when the key is too old, or when nodes were expelled in two places at once and a key is in use that one of them may know.
 */
export class KeyRotation {
  readonly #options: KeyRotationOptions;
  /** Changes of the keys wait for each other. */
  #last: Promise<unknown> = Promise.resolve();
  #isBusy = false;
  /** What was told last, and which lives of nodes have it. */
  #told: Told = { keys: undefined, expulsions: [], lives: new Set() };
  #timer: ScheduledTask | undefined;
  readonly #pauses = new Map<Deferred<void>, ScheduledTask>();
  #isClosed = false;

  constructor(options: KeyRotationOptions) {
    this.#options = options;
  }

  /** Begins to look after rotations that nobody finishes, and keys that are too old. */
  start(): void {
    const { runtime } = this.#options;
    const delayMs = CHECK_EVERY_MS * (0.75 + runtime.random.next() / 2);
    this.#timer = runtime.clock.schedule(
      delayMs,
      () => {
        this.#check();
        if (!this.#isClosed) this.start();
      },
      { unref: true },
    );
  }

  /** Makes a new key and has every node use it. Resolves when they do; the old key is forgotten a little later. @throws RpcError `CANCELLED` when the node leaves. */
  rotate(): Promise<SecurityChange> {
    return this.#next(async () => {
      await this.#driveTo('settled');
      this.#options.security.beginRotation();
      await this.#driveTo('using');
      return this.#spread();
    });
  }

  /** Tells every node what this one holds. */
  spread(): Promise<SecurityChange> {
    return this.#next(() => this.#spread());
  }

  /** Whoever waits gets `CANCELLED`. Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    for (const [pause, timer] of this.#pauses) {
      timer.cancel();
      pause.resolve();
    }
    this.#pauses.clear();
  }

  /** Runs a change when those before it are over, and finishes it afterwards. */
  #next<T>(change: () => Promise<T>): Promise<T> {
    const result = this.#last.then(() => {
      this.#expectOpen();
      this.#isBusy = true;
      return change();
    });
    this.#last = result
      .then(() => this.#driveTo('settled'))
      .catch((thrown: unknown) => this.#log(thrown))
      .finally(() => {
        this.#isBusy = false;
      });
    return result;
  }

  #log(thrown: unknown): void {
    const error = fromUnknown(thrown);
    if (error.code !== 'CANCELLED')
      this.#options.runtime.logger.warn('a change of the gossip key was not finished', { reason: error.message });
  }

  /** Takes the rotation under way as far as this phase: one step after the other, each when everybody that answers has made the one before. */
  async #driveTo(phase: KeyPhase): Promise<void> {
    const { security, overlapMs } = this.#options;
    let isChanged = false;
    while (this.#isBefore(phase)) {
      isChanged = true;
      const { keys } = security;
      await this.#spread();
      await this.#pause(overlapMs);
      // Those who came meanwhile may have joined through a node that was not told yet.
      await this.#spread();
      if (security.keys === keys) security.advance();
    }
    if (isChanged && phase === 'settled') await this.#spread();
  }

  #isBefore(phase: KeyPhase): boolean {
    const { keys } = this.#options.security;
    return keys !== undefined && !keys.isConfigured && PHASES.indexOf(keys.phase) < PHASES.indexOf(phase);
  }

  /**
   * Tells every node that was not told yet, until all have what this node holds or did not answer several times. It comes to an end whatever the others do: whoever
   * knows the key that is to be replaced can make up nodes that never answer.
   */
  async #spread(): Promise<SecurityChange> {
    const { security } = this.#options;
    const { clock } = this.#options.runtime;
    const endMs = clock.now() + SPREAD_MS + SPREAD_MS_A_NODE * this.#others().length;
    const tries = new Map<string, number>();
    for (;;) {
      this.#expectOpen();
      // What another node answered may be newer, or be what all settle on: then those who were told need to be told again.
      if (this.#told.keys !== security.keys || this.#told.expulsions !== security.expulsions) {
        this.#told = { keys: security.keys, expulsions: security.expulsions, lives: new Set() };
        tries.clear();
      }
      const told = this.#told;
      const missing = this.#others().filter((member) => !told.lives.has(lifeOf(member)));
      const due = missing.filter((member) => (tries.get(lifeOf(member)) ?? 0) < MAX_TRIES);
      if (due.length === 0 || clock.now() >= endMs) {
        return { confirmed: this.#others().length - missing.length, unreached: missing.map((member) => member.nodeId).sort() };
      }
      for (const member of due) tries.set(lifeOf(member), (tries.get(lifeOf(member)) ?? 0) + 1);
      for (const member of await this.#tell(due, told.keys, endMs)) told.lives.add(lifeOf(member));
      if (due.some((member) => !told.lives.has(lifeOf(member)))) await this.#pause(RETRY_MS);
    }
  }

  #others(): readonly NodeInfo[] {
    const { security, members, nodeId } = this.#options;
    return members().filter((member) => member.nodeId !== nodeId && !security.isExpelled(member.nodeId));
  }

  /** Those of the members that have these keys now. */
  async #tell(members: readonly NodeInfo[], keys: KeyState | undefined, endMs: number): Promise<readonly NodeInfo[]> {
    const { push, runtime } = this.#options;
    const queue = [...members];
    const told: NodeInfo[] = [];
    const worker = async (): Promise<void> => {
      for (let member = queue.shift(); member && !this.#isClosed && runtime.clock.now() < endMs; member = queue.shift()) {
        try {
          const answer = await push(member.address);
          if (!keys || (answer.keys && (answer.keys.isConfigured || compareKeyStates(answer.keys, keys) >= 0))) told.push(member);
        } catch (thrown) {
          const { message } = fromUnknown(thrown);
          runtime.logger.debug('a node could not be told of the gossip keys', { nodeId: member.nodeId, reason: message });
        }
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, worker));
    return told;
  }

  /** Is there something to do that nobody does? */
  #check(): void {
    const { security, rotateEveryMs } = this.#options;
    if (this.#isBusy || this.#isClosed || security.keys === undefined || security.keys.isConfigured) return;
    // Others leave it to the node with the lowest name; and if that does nothing, they come one after the other.
    const patience = this.#isFirst() ? 1 : 3 + this.#options.runtime.random.next();
    if (security.unsettledMs > STUCK_MS * patience) return this.#inBackground(this.#next(() => this.#driveTo('settled')));
    const isExposed = security.exposedMs > EXPOSED_MS * patience;
    const isOld = rotateEveryMs > 0 && security.keyAgeMs >= rotateEveryMs * (1 + (patience - 1) / 10);
    if (isExposed || isOld) this.#inBackground(this.rotate());
  }

  /** What goes wrong is logged where it is driven on. */
  #inBackground(change: Promise<unknown>): void {
    change.catch(() => undefined);
  }

  #isFirst(): boolean {
    return !this.#others().some((member) => member.nodeId < this.#options.nodeId && member.state === 'alive');
  }

  async #pause(ms: number): Promise<void> {
    this.#expectOpen();
    const pause = new Deferred<void>();
    const { clock } = this.#options.runtime;
    this.#pauses.set(
      pause,
      clock.schedule(ms, () => pause.resolve(), { unref: true }),
    );
    await pause.promise;
    this.#pauses.delete(pause);
    this.#expectOpen();
  }

  #expectOpen(): void {
    if (this.#isClosed) throw new RpcError('CANCELLED', `Node ${this.#options.nodeId} left while the gossip key was being changed`);
  }
}

interface Told {
  readonly keys: KeyState | undefined;
  readonly expulsions: readonly Expulsion[];
  readonly lives: Set<string>;
}

function lifeOf({ nodeId, epoch }: NodeInfo): string {
  return `${epoch} ${nodeId}`;
}

const PARALLEL = 8;
const MAX_TRIES = 3;
const RETRY_MS = 500;
/** How long telling all nodes may take: so long, and so much more for each node. Those who were not told by then count as not reached. */
const SPREAD_MS = 30_000;
const SPREAD_MS_A_NODE = 10;
const CHECK_EVERY_MS = 5_000;
/** Longer than a phase takes when some nodes do not answer. */
const STUCK_MS = 45_000;
/** As long as whoever expelled may take to begin. */
const EXPOSED_MS = 10_000;
