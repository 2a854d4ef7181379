import type { Service } from 'rpcnet';

/** What a client tells the director when it needs a worker. */
export interface WorkerRequest {
  /** Labels of workers that failed this client a moment ago: the client sees a dead connection seconds before the cluster is sure. */
  exclude: string[];
}

/** The worker that a client may connect to. */
export interface WorkerAssignment {
  workerLabel: string;
  /** `host:port` */
  workerAddress: string;
}

/** No worker is left to assign. */
export interface NoWorkers {
  kind: 'noWorkers';
  /** How many workers there are; all of them were excluded. */
  excluded: number;
}

/** Knows the workers and gives one to each client that asks. The client then talks to its worker directly. */
export interface DirectorService extends Service<NoWorkers> {
  /** @idempotent asking twice costs nothing */
  getWorker(request: WorkerRequest): Promise<WorkerAssignment>;
}
