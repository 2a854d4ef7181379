import { answerCommands } from '../answer-commands.ts';
import { memoryAfterCollection } from '../memory.ts';
import type { HostSettings } from './hosted-node.ts';
import { NodeHost, type StartOrder } from './node-host.ts';

/** What a process with many nodes is told. */
export type HostCommand =
  /** Gives how many files it may have open. */
  | { readonly kind: 'open'; readonly settings: HostSettings }
  /** Gives the address. */
  | { readonly kind: 'listen'; readonly nodeId: string }
  /** Answers at once. */
  | { readonly kind: 'start'; readonly orders: readonly StartOrder[] }
  | { readonly kind: 'progress'; readonly expected: number }
  /** A node is about to go, or to come back, here or in another process. */
  | { readonly kind: 'expect'; readonly nodeIds: readonly string[]; readonly what: 'departure' | 'return' }
  /** Gives the time at which the node began to go. */
  | { readonly kind: 'remove'; readonly nodeId: string; readonly isGraceful: boolean }
  | { readonly kind: 'departures'; readonly nodeIds: readonly string[] }
  | { readonly kind: 'totals' }
  | { readonly kind: 'falseAlarms' }
  | { readonly kind: 'memory' }
  | { readonly kind: 'close' };

let opened: NodeHost | undefined;

answerCommands<HostCommand>(async (command) => {
  if (command.kind === 'open') {
    opened = new NodeHost(command.settings);
    return openFileLimit();
  }
  if (command.kind === 'memory') return memoryAfterCollection();
  const host = opened;
  if (host === undefined) throw new Error(`Expected to be told to open first, got ${command.kind}`);
  switch (command.kind) {
    case 'listen':
      return host.listen(command.nodeId);
    case 'start':
      return host.start(command.orders);
    case 'progress':
      return host.progress(command.expected);
    case 'expect':
      for (const nodeId of command.nodeIds) {
        if (command.what === 'departure') host.observations.expectDeparture(nodeId);
        else host.observations.expectReturn(nodeId);
      }
      return;
    case 'remove':
      return host.remove(command.nodeId, command.isGraceful);
    case 'departures':
      return command.nodeIds.map((nodeId) => host.observations.departure(nodeId));
    case 'totals':
      return { totals: host.totals(), delay: host.takeLoopDelay() };
    case 'falseAlarms':
      return host.observations.falseAlarms;
    case 'close':
      return host.close();
  }
});

/** Infinite where there is none to be found out. */
function openFileLimit(): number {
  const report = process.report.getReport() as unknown as {
    readonly userLimits?: { readonly open_files?: { readonly soft?: number | string } };
  };
  const limit = Number(report.userLimits?.open_files?.soft);
  return Number.isNaN(limit) ? Number.MAX_SAFE_INTEGER : limit;
}
