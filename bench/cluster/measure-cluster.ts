import type { BenchIdentity } from '../contender.ts';
import { expectRoomForNodes } from './file-limit.ts';
import { HostGroup } from './host-group.ts';
import type { FalseAlarms } from './observations.ts';
import { type CrashTimes, churn, crashNodes, type Formation, form, killProcess, rest, type Window } from './phases.ts';
import type { ClusterPlan } from './plan.ts';
import type { Strain } from './strain.ts';

/** What the nodes of one cluster showed. What the plan leaves out is absent. */
export interface ClusterResult {
  readonly plan: ClusterPlan;
  readonly formation: Formation;
  readonly idle: Window;
  readonly churn?: Window;
  readonly crashes?: { readonly times: readonly CrashTimes[]; readonly strain: Strain };
  /** A whole process was killed: so many nodes at once. */
  readonly killed?: { readonly nodes: number; readonly knownToAllMs: number; readonly strain: Strain };
  /** Bytes that each node added to what its process held before it started any. */
  readonly heldBytesPerNode: number;
  /** From the first start to the end. */
  readonly falseAlarms: FalseAlarms;
}

/** Starts a cluster of real nodes, measures, ends it. @throws Error saying what did not happen */
export async function measureCluster(
  plan: ClusterPlan,
  options: { readonly identity: BenchIdentity; readonly nodeOptions: readonly string[]; readonly tell: (what: string) => void },
): Promise<ClusterResult> {
  const { identity, nodeOptions, tell } = options;
  const nodeIds = Array.from({ length: plan.nodes }, (_, i) => `node-${i + 1}`);
  const group = new HostGroup(nodeIds, { processes: plan.processes, nodeOptions, tell });
  try {
    const phi = plan.isPhiOn ? {} : { watchCount: 0 };
    expectRoomForNodes(await group.open({ identity, phi }), plan);
    const heldBefore = await group.heldBytes();
    tell(`starting ${plan.nodes} nodes in ${plan.processes} processes`);
    const formation = await form(group, plan);
    tell(`one view after ${(formation.viewMs / 1_000).toFixed(1)} s; settling`);
    await rest(group, plan.settleMs);
    tell(`at rest for ${plan.idleMs / 1_000} s`);
    const idle = await rest(group, plan.idleMs);
    const heldBytesPerNode = ((await group.heldBytes()) - heldBefore) / plan.nodes;
    // Collecting garbage stops every process for a while.
    await rest(group, RECOVER_MS);
    const restless = plan.isIdleOnly ? {} : await measureChanges(group, plan);
    return { plan, formation, idle, heldBytesPerNode, ...restless, falseAlarms: await group.falseAlarms() };
  } finally {
    await group.close();
  }
}

async function measureChanges(group: HostGroup, plan: ClusterPlan): Promise<Pick<ClusterResult, 'churn' | 'crashes' | 'killed'>> {
  group.tell(`churn for ${plan.churnMs / 1_000} s`);
  const changed = await churn(group, plan.churnMs);
  group.tell(`${plan.crashes} crashes, ${plan.crashesAtOnce} in a row`);
  const crashes = await crashNodes(group, plan);
  if (!plan.killsProcess) return { churn: changed, crashes };
  group.tell('killing a whole process');
  return { churn: changed, crashes, killed: await killProcess(group) };
}

const RECOVER_MS = 3_000;
