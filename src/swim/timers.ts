import type { SwimEffect } from './effects.ts';
import type { SwimTimer, TimerKind } from './timer.ts';

/**
 * The timers that the engine has asked for. At most one of a kind and key is current; setting it again replaces it.
 *
 * A timer is a value: whoever runs it hands it back, and {@link claim} says whether it still counts. A late or cancelled one is harmless.
 */
export class TimerBook {
  readonly #effects: SwimEffect[];
  readonly #current = new Map<string, SwimTimer>();
  #generation = 0;

  constructor(effects: SwimEffect[]) {
    this.#effects = effects;
  }

  /** Asks for `kind` after `afterMs`, instead of the one of this kind and key that may be waiting. */
  set(kind: TimerKind, key: string | number, afterMs: number): void {
    this.cancel(kind, key);
    this.#generation += 1;
    const timer: SwimTimer = { kind, key, generation: this.#generation };
    this.#current.set(slot(kind, key), timer);
    this.#effects.push({ kind: 'scheduleTimer', timer, afterMs: Math.max(0, afterMs) });
  }

  cancel(kind: TimerKind, key: string | number): void {
    const timer = this.#current.get(slot(kind, key));
    if (timer === undefined) return;
    this.#current.delete(slot(kind, key));
    this.#effects.push({ kind: 'cancelTimer', timer });
  }

  isSet(kind: TimerKind, key: string | number): boolean {
    return this.#current.has(slot(kind, key));
  }

  /** True once for a timer that is current; it is used up by this. */
  claim(timer: SwimTimer): boolean {
    const name = slot(timer.kind, timer.key);
    if (this.#current.get(name)?.generation !== timer.generation) return false;
    this.#current.delete(name);
    return true;
  }

  cancelAll(): void {
    for (const timer of this.#current.values()) this.#effects.push({ kind: 'cancelTimer', timer });
    this.#current.clear();
  }
}

function slot(kind: TimerKind, key: string | number): string {
  return `${kind}/${key}`;
}
