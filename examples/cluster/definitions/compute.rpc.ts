import type { Service } from 'rpcnet';

/** What became of a task. */
export interface ComputeResult {
  taskId: string;
  result: Uint8Array;
  /** The worker that did it. */
  workerLabel: string;
}

/** Work that any worker can do. */
export interface ComputeService extends Service {
  /**
   * Gives the SHA-256 digest of the data.
   *
   * @idempotent the same task gives the same result on every worker, so a client may repeat it when a worker is lost
   */
  processTask(taskId: string, data: Uint8Array): Promise<ComputeResult>;
}
