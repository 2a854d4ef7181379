import type { ClusterPlan } from './plan.ts';

/** @throws Error saying what to do when a process may not open as many files as its nodes need. */
export function expectRoomForNodes(openFiles: number, plan: Pick<ClusterPlan, 'nodes' | 'processes'>): void {
  const needed = Math.ceil(plan.nodes / plan.processes) * FILES_OF_A_NODE + FILES_OF_A_PROCESS;
  if (openFiles >= needed) return;
  throw new Error(
    `A process may open ${openFiles} files, and those of ${plan.nodes} nodes in ${plan.processes} processes need ${needed} each: raise the limit (ulimit -n ${needed}) or measure fewer nodes`,
  );
}

/** A UDP socket, a listening TCP socket, and connections to others that are idle for a while; a seed has many of these while others join. */
const FILES_OF_A_NODE = 12;
const FILES_OF_A_PROCESS = 600;
