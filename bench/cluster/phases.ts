import { setTimeout as sleep } from 'node:timers/promises';
import type { HostGroup } from './host-group.ts';
import type { ClusterPlan } from './plan.ts';
import { sharedNow } from './shared-clock.ts';
import { type Strain, StrainMeter } from './strain.ts';
import { subtractTotals, type Totals } from './totals.ts';

/** What a cluster did in some time. */
export interface Window {
  readonly elapsedMs: number;
  readonly nodes: number;
  /** Of all nodes together. */
  readonly totals: Totals;
  readonly strain: Strain;
}

/** How a cluster came to be. */
export interface Formation extends Window {
  /** From the first start until the last node saw the last change. */
  readonly viewMs: number;
  /** How late the latest start was. */
  readonly latestStartMs: number;
}

/** What became of one crash, from the moment at which the node stopped. */
export interface CrashTimes {
  /** Until somebody suspected it; undefined when it was called failed without. */
  readonly suspectedMs: number | undefined;
  readonly knownToAllMs: number;
}

/** Starts all nodes within the time of the plan, through the first three, and waits until all see all. @throws Error saying who could not join, or how far they came */
export async function form(group: HostGroup, plan: ClusterPlan): Promise<Formation> {
  for (const nodeId of group.nodeIds.slice(0, SEEDS)) await group.addSeed(nodeId);
  const everyMs = plan.spreadMs / plan.nodes;
  let beginMs = 0;
  const window = await observe(group, async () => {
    beginMs = sharedNow() + START_DELAY_MS;
    const orders = group.nodeIds.map((nodeId, i) => ({ nodeId, seeds: group.seeds.slice(0, i), atMs: beginMs + i * everyMs }));
    await group.start(orders);
    return waitForOneView(group, plan.nodes);
  });
  const { result, ...figures } = window;
  return { ...figures, viewMs: result.changedAtMs - beginMs, latestStartMs: result.latestStartMs };
}

/** Lets time pass. */
export async function rest(group: HostGroup, forMs: number): Promise<Window> {
  const { result: _, ...window } = await observe(group, () => sleep(forMs));
  return window;
}

/** Every second one node says goodbye, and the one that went before comes back. */
export async function churn(group: HostGroup, forMs: number): Promise<Window> {
  const { result: _, ...window } = await observe(group, async () => {
    const beginMs = sharedNow();
    let gone: string | undefined;
    for (let turn = 0; sharedNow() - beginMs < forMs; turn++) {
      const nodeId = victims(group, 1, turn)[0] as string;
      if (gone !== undefined) await comeBack(group, [gone]);
      await group.expect('departure', [nodeId]);
      await group.remove(nodeId, true);
      gone = nodeId;
      await sleep(Math.max(0, beginMs + (turn + 1) * CHURN_EVERY_MS - sharedNow()));
    }
    if (gone !== undefined) await comeBack(group, [gone]);
  });
  await waitForOneView(group, group.nodeIds.length);
  return window;
}

/** Crashes nodes, and starts them again when everybody knows. */
export async function crashNodes(
  group: HostGroup,
  plan: ClusterPlan,
): Promise<{ readonly times: readonly CrashTimes[]; readonly strain: Strain }> {
  const { result, strain } = await observe(group, async () => {
    const times: CrashTimes[] = [];
    for (let round = 0; times.length < plan.crashes; round++) {
      const nodeIds = victims(group, Math.min(plan.crashesAtOnce, plan.crashes - times.length), round);
      times.push(...(await crashTogether(group, nodeIds, plan.crashEveryMs)));
      await comeBack(group, nodeIds);
      await waitForOneView(group, group.nodeIds.length);
    }
    return times;
  });
  return { times: result, strain };
}

/** Kills one process with all of its nodes. */
export async function killProcess(
  group: HostGroup,
): Promise<{ readonly nodes: number; readonly knownToAllMs: number; readonly strain: Strain }> {
  const { result, strain } = await observe(group, async () => {
    const atMs = sharedNow();
    const nodeIds = await group.killOne();
    const departures = await waitUntilKnown(group, nodeIds, group.nodeIds.length);
    return { nodes: nodeIds.length, knownToAllMs: Math.max(...departures.map(({ lastKnownAtMs }) => lastKnownAtMs)) - atMs };
  });
  return { ...result, strain };
}

/** Measures while `action` runs. */
async function observe<T>(group: HostGroup, action: () => Promise<T>): Promise<Window & { readonly result: T }> {
  const before = (await group.totals()).totals;
  const beginMs = sharedNow();
  const meter = new StrainMeter();
  const result = await action();
  const elapsedMs = sharedNow() - beginMs;
  const { totals, delay } = await group.totals();
  return { result, elapsedMs, nodes: group.nodeIds.length, totals: subtractTotals(totals, before), strain: meter.finish(delay) };
}

async function crashTogether(group: HostGroup, nodeIds: readonly string[], everyMs: number): Promise<CrashTimes[]> {
  // All are announced first, because what one of them says is not waited for.
  await group.expect('departure', nodeIds);
  const diedAtMs: number[] = [];
  for (const nodeId of nodeIds) {
    if (diedAtMs.length > 0) await sleep(everyMs);
    await group.expect('departure', [nodeId]);
    diedAtMs.push(await group.remove(nodeId, false));
  }
  const departures = await waitUntilKnown(group, nodeIds, group.nodeIds.length - nodeIds.length);
  return departures.map(({ suspectedAtMs, lastKnownAtMs }, i) => {
    const diedAt = diedAtMs[i] as number;
    return {
      suspectedMs: suspectedAtMs === undefined ? undefined : suspectedAtMs - diedAt,
      knownToAllMs: lastKnownAtMs - diedAt,
    };
  });
}

async function waitUntilKnown(
  group: HostGroup,
  nodeIds: readonly string[],
  observers: number,
): Promise<ReturnType<HostGroup['departures']>> {
  const limitMs = sharedNow() + CRASH_LIMIT_MS;
  for (;;) {
    const departures = await group.departures(nodeIds);
    if (departures.every(({ knownBy }) => knownBy >= observers)) return departures;
    if (sharedNow() > limitMs) {
      const counts = departures.map(({ knownBy }, i) => `${nodeIds[i]} by ${knownBy}`).join(', ');
      throw new Error(`After ${CRASH_LIMIT_MS} ms not all ${observers} nodes know of the crashes: ${counts}`);
    }
    await sleep(POLL_MS);
  }
}

async function waitForOneView(
  group: HostGroup,
  expected: number,
): Promise<{ readonly changedAtMs: number; readonly latestStartMs: number }> {
  const limitMs = sharedNow() + VIEW_LIMIT_MS;
  let tellAtMs = sharedNow() + TELL_EVERY_MS;
  for (;;) {
    const parts = await group.progress(expected);
    const failures = parts.flatMap(({ failures: reasons }) => reasons);
    if (failures.length > 0) throw new Error(`${failures.length} nodes could not join: ${failures.slice(0, 3).join('; ')}`);
    const views = new Map<string, number>();
    for (const part of parts) for (const [view, count] of Object.entries(part.views)) views.set(view, (views.get(view) ?? 0) + count);
    if (Math.max(0, ...views.values()) === expected) {
      return {
        changedAtMs: Math.max(...parts.map(({ changedAtMs }) => changedAtMs)),
        latestStartMs: Math.max(...parts.map(({ latestStartMs }) => latestStartMs)),
      };
    }
    const joined = parts.reduce((sum, part) => sum + part.joined, 0);
    const whole = [...views.values()].reduce((sum, count) => sum + count, 0);
    const reached = `${joined} of ${expected} nodes have joined, and ${whole} see all alive`;
    if (sharedNow() > limitMs) throw new Error(`After ${VIEW_LIMIT_MS} ms ${reached}, in ${views.size} views`);
    if (sharedNow() > tellAtMs) {
      group.tell(reached);
      tellAtMs = sharedNow() + TELL_EVERY_MS;
    }
    await sleep(POLL_MS);
  }
}

async function comeBack(group: HostGroup, nodeIds: readonly string[]): Promise<void> {
  await group.expect('return', nodeIds);
  await group.start(nodeIds.map((nodeId) => ({ nodeId, seeds: group.seeds, atMs: 0 })));
}

/** Different nodes, none of them a seed, others in each round. */
function victims(group: HostGroup, count: number, round: number): string[] {
  const candidates = group.nodeIds.slice(SEEDS);
  return Array.from({ length: count }, (_, i) => candidates[((round * count + i) * STRIDE) % candidates.length] as string);
}

const SEEDS = 3;
/** A prime, so that different places follow each other until all had their turn. */
const STRIDE = 7_919;
const START_DELAY_MS = 200;
const POLL_MS = 200;
const CHURN_EVERY_MS = 1_000;
const TELL_EVERY_MS = 5_000;
const VIEW_LIMIT_MS = 1_500_000;
const CRASH_LIMIT_MS = 180_000;
