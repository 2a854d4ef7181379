import type { Random } from '../ports/random.ts';

/** The process's own chance. For choices and jitter, not for secrets. */
export const systemRandom: Random = {
  next: () => Math.random(),
};
