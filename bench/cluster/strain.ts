import { cpus } from 'node:os';
import type { LoopDelay } from './node-host.ts';

/** How hard the machine worked during a measurement, with everything else that runs on it. */
export interface Strain {
  /** From 0 to 1, of all cores. */
  readonly machineBusy: number;
  /** How late timers ran in the process that was worst off. */
  readonly loopP99Ms: number;
  readonly loopMaxMs: number;
}

/** Measures from its creation on. */
export class StrainMeter {
  readonly #before: CoreTimes = coreTimes();

  finish({ p99Ms, maxMs }: LoopDelay): Strain {
    const after = coreTimes();
    const totalMs = after.totalMs - this.#before.totalMs;
    const busyMs = after.busyMs - this.#before.busyMs;
    return { machineBusy: totalMs === 0 ? 0 : busyMs / totalMs, loopP99Ms: p99Ms, loopMaxMs: maxMs };
  }
}

/** Whether times say more of the machine than of the protocol: there was no core left, or timers ran so late that nodes take themselves for stalled. */
export function isMachineTheLimit({ machineBusy, loopP99Ms }: Strain): boolean {
  return machineBusy >= FULL || loopP99Ms >= LATE_MS;
}

interface CoreTimes {
  readonly totalMs: number;
  readonly busyMs: number;
}

function coreTimes(): CoreTimes {
  let totalMs = 0;
  let idleMs = 0;
  for (const { times } of cpus()) {
    totalMs += times.user + times.nice + times.sys + times.idle + times.irq;
    idleMs += times.idle;
  }
  return { totalMs, busyMs: totalMs - idleMs };
}

const FULL = 0.85;
/** What the stall watch of a node takes for a stall. */
const LATE_MS = 50;
