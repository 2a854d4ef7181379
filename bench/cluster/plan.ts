/** How the nodes of one cluster of the run are measured. */
export interface ClusterPlan {
  readonly nodes: number;
  readonly processes: number;
  /** Within which time all nodes are started. */
  readonly spreadMs: number;
  /** Rest before the first measurement. */
  readonly settleMs: number;
  readonly idleMs: number;
  /** Measures nothing but the cluster at rest. */
  readonly isIdleOnly: boolean;
  /** Whether nodes send heartbeats to those that they watch. */
  readonly isPhiOn: boolean;
  readonly churnMs: number;
  readonly crashes: number;
  /** Crashes between which nobody comes back, so that they overlap. */
  readonly crashesAtOnce: number;
  readonly crashEveryMs: number;
  /** Whether a whole process is killed in the end. */
  readonly killsProcess: boolean;
}

/** The clusters that a run measures, in this order: the sizes up to `nodes` that show how figures grow, and `nodes`. */
export function plansFor(nodes: number, isQuick: boolean): readonly ClusterPlan[] {
  const smaller = SIZES.filter((size) => size < nodes && !(isQuick && IDLE_ONLY.includes(size)));
  const sizes = [...new Set([...smaller, nodes])];
  return sizes.flatMap((size) => {
    const plan = planFor(size, isQuick);
    const unwatched = { ...plan, isPhiOn: false, isIdleOnly: true };
    return size === nodes && !isQuick ? [plan, unwatched] : [plan];
  });
}

/** Like {@link plansFor}, for chosen sizes. */
export function plansForSizes(sizes: readonly number[], isQuick: boolean): readonly ClusterPlan[] {
  return sizes.map((size) => planFor(size, isQuick));
}

function planFor(nodes: number, isQuick: boolean): ClusterPlan {
  const crashesAtOnce = Math.max(1, Math.min(MAX_CRASHES_AT_ONCE, Math.floor(nodes / NODES_FOR_A_CRASH)));
  return {
    nodes,
    processes: Math.min(MAX_PROCESSES, Math.max(2, Math.ceil(nodes / NODES_IN_A_PROCESS))),
    spreadMs: 1_000,
    settleMs: nodes <= LARGE ? 5_000 : isQuick ? 10_000 : 20_000,
    idleMs: isQuick ? 10_000 : 60_000,
    isIdleOnly: IDLE_ONLY.includes(nodes),
    isPhiOn: true,
    churnMs: isQuick ? 10_000 : 30_000,
    crashes: isQuick ? Math.max(MIN_CRASHES, Math.min(QUICK_CRASHES, crashesAtOnce)) : CRASHES,
    crashesAtOnce,
    crashEveryMs: 2_000,
    killsProcess: !isQuick,
  };
}

const SIZES: readonly number[] = [10, 50, 100, 1_000];
/** Between its neighbours nothing else is to be seen. */
const IDLE_ONLY: readonly number[] = [50];
const LARGE = 200;
const NODES_IN_A_PROCESS = 50;
const MAX_PROCESSES = 8;
const CRASHES = 20;
const QUICK_CRASHES = 10;
const MIN_CRASHES = 2;
/** So few are down at once that those who look for one of them hardly meet another. */
const NODES_FOR_A_CRASH = 20;
const MAX_CRASHES_AT_ONCE = 20;
