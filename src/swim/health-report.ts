import type { SwimContext } from './context.ts';

/**
 * Tells the subscribers when this node's own health score has changed: at most once a second, and in the end always as it is then. A change that was
 * undone within the second is not told.
 */
export class HealthReport {
  readonly #context: SwimContext;
  #toldScore = 0;
  #toldMs = Number.NEGATIVE_INFINITY;

  constructor(context: SwimContext) {
    this.#context = context;
  }

  /** The score may have changed. Costs one comparison when it has not. */
  note(now: number): void {
    const { health, timers, phase } = this.#context;
    if (health.score === this.#toldScore || phase !== 'running' || timers.isSet('localHealth', 0)) return;
    const waitMs = this.#toldMs + TELL_EVERY_MS - now;
    if (waitMs > 0) return timers.set('localHealth', 0, waitMs);
    this.#toldScore = health.score;
    this.#toldMs = now;
    this.#context.emit({ kind: 'localHealth', score: health.score, max: health.max });
  }
}

const TELL_EVERY_MS = 1000;
