import type { Runtime } from './rpc/runtime.ts';
import { createConsoleLogger } from './system/console-logger.ts';
import { systemClock } from './system/system-clock.ts';
import { systemRandom } from './system/system-random.ts';
import { DeadlineTimer } from './util/deadline-timer.ts';

/** The real world, for every client and server of the process: one deadline heap and one timer for all of them. */
export const systemRuntime: Runtime = {
  clock: systemClock,
  random: systemRandom,
  logger: createConsoleLogger(),
  deadlines: new DeadlineTimer(systemClock),
  nextTick: (task) => process.nextTick(task),
};
