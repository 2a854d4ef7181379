import type { Service, Stream } from '../../../../src/index.ts';

export interface ComputeResult {
  taskId: string;
  result: Uint8Array;
  workerLabel: string;
}

export type ComputeError = { kind: 'invalidTask'; reason: string } | { kind: 'OVER_LIMIT'; limit: number } | { kind: 'overloaded' };

export interface Progress {
  done: number;
  note?: string;
}

/**
 * Runs tasks.
 *
 * One worker serves many clients.
 */
export interface ComputeService extends Service<ComputeError> {
  /**
   * Runs one task and answers with its result.
   * @idempotent @timeout 2s
   */
  processTask(taskId: string, data: Uint8Array): Promise<ComputeResult>;

  /** Follows a topic. @safe @timeout 500ms */
  watch(topic: string, since?: Date): Stream<Progress>;
  upload(chunks: Stream<Uint8Array>): Promise<Progress>;
  chat(messages: Stream<Progress>): AsyncIterable<string>;
  ping(): Promise<void>;
}
