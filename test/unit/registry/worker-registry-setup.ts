import assert from 'node:assert/strict';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import type { Candidate, Strategy } from '../../../src/registry/strategy.ts';
import type { TagFilterInput } from '../../../src/registry/tag-filter.ts';
import type { WorkerEvent } from '../../../src/registry/worker.ts';
import { type SelectOptions, WorkerRegistry, type WorkerRegistryOptions } from '../../../src/registry/worker-registry.ts';
import type { NodeInfo } from '../../../src/swim/node-info.ts';
import { FakeMembership } from './fake-membership.ts';

/** Takes the first candidate, and keeps what it was offered. */
class FirstStrategy implements Strategy {
  readonly name = 'first';
  offered: string[] = [];
  pick<T extends Candidate>(candidates: readonly T[]): T {
    this.offered = candidates.map(({ nodeId }) => nodeId);
    return candidates[0] as T;
  }
}

export interface Setup {
  readonly membership: FakeMembership;
  readonly registry: WorkerRegistry;
  /** What subscribers heard: kind, node id, reason. */
  readonly events: readonly string[];
  ids(filter?: TagFilterInput): string[];
  /** Selects, and gives the ids that the strategy could choose from. */
  offered(filter?: TagFilterInput, options?: SelectOptions): string[];
}

/** A registry over a membership that the test moves, and what it does. */
export function setUp(nodes: readonly NodeInfo[], options?: WorkerRegistryOptions): Setup {
  const membership = new FakeMembership(...nodes);
  const strategy = new FirstStrategy();
  const registry = new WorkerRegistry(membership, strategy, options);
  const events: string[] = [];
  registry.subscribe((event: WorkerEvent) => {
    const reason = event.kind === 'workerLeft' ? ` ${event.reason}` : '';
    events.push(`${event.kind} ${event.worker.nodeId}${reason}`);
  });
  const ids = (filter?: TagFilterInput): string[] => registry.workers(filter).map(({ nodeId }) => nodeId);
  const offered = (filter?: TagFilterInput, select?: SelectOptions): string[] => {
    registry.selectWorker(filter, select);
    return strategy.offered;
  };
  return { membership, registry, events, ids, offered };
}

/** The error for a selection that must fail. */
export function refusal(registry: WorkerRegistry, filter?: TagFilterInput, options?: SelectOptions): RpcError {
  try {
    registry.selectWorker(filter, options);
  } catch (error) {
    assert.ok(error instanceof RpcError);
    return error;
  }
  return assert.fail('a worker was selected');
}
