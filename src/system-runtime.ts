import type { Logger } from './ports/logger.ts';
import type { Runtime } from './rpc/runtime.ts';
import { SharedConnections } from './rpc/shared-connections.ts';
import { systemLogger } from './system/console-logger.ts';
import { systemClock } from './system/system-clock.ts';
import { systemRandom } from './system/system-random.ts';
import { DeadlineTimer } from './util/deadline-timer.ts';

/** The real world, with the given logger or the usual one. Every client and server of the process shares one deadline heap and one timer, and clients share connections. */
export function systemRuntime(logger: Logger = systemLogger): Runtime {
  return { clock: systemClock, random: systemRandom, logger, deadlines, connections, nextTick: (task) => process.nextTick(task) };
}

const deadlines = new DeadlineTimer(systemClock);
const connections = new SharedConnections();
