import { RpcError } from '../errors/rpc-error.ts';
import type { Tags } from '../swim/node-info.ts';
import type { Worker } from './worker.ts';

/** What is known when no worker could be chosen. */
export interface NoWorkerReason {
  /** The filter of the call, as text. */
  readonly filter: string;
  /** The filter that makes a node a worker, as text. */
  readonly workerFilter: string;
  readonly workers: readonly Worker[];
  /** How many workers match the filter; all of them were excluded. */
  readonly matching: number;
}

/** The error for a call that finds no worker: `UNAVAILABLE`, saying what was looked for, what is there, and what to check. */
export function noWorkerError(reason: NoWorkerReason): RpcError {
  return new RpcError('UNAVAILABLE', `No worker for ${reason.filter}: ${explain(reason)}`, { notTaken: true });
}

function explain({ workerFilter, workers, matching }: NoWorkerReason): string {
  const [example] = workers;
  if (example === undefined) {
    return `0 workers are known. Check that workers run, that they joined this cluster through one of its seeds, and that they are tagged ${workerFilter}`;
  }
  const known = workers.length === 1 ? '1 worker is known' : `${workers.length} workers are known`;
  if (matching > 0)
    return `${known}, ${matching} of them match, and all of these are excluded because they failed this call or were ruled out by the caller`;
  return `${known}, none of them matches. Check the tags of the workers; ${example.label} at ${example.address} has ${listTags(example.tags)}`;
}

function listTags(tags: Tags): string {
  const pairs = Object.entries(tags).map(([key, value]) => `${key}=${value}`);
  if (pairs.length === 0) return 'none';
  const shown = pairs.slice(0, MAX_SHOWN_TAGS).join(',');
  return pairs.length > MAX_SHOWN_TAGS ? `${shown} and ${pairs.length - MAX_SHOWN_TAGS} more` : shown;
}

const MAX_SHOWN_TAGS = 8;
