import { RpcError } from '../errors/rpc-error.ts';

/** Why seeds did not take this node in when they were asked last, each of their addresses with its own reason. */
export class SeedFailures {
  readonly #errors = new Map<string, RpcError>();

  /** One line for each, in the order of the alphabet; a name of many addresses gives {@link MAX_LINES} at most. */
  get lines(): readonly string[] {
    const lines = [...this.#errors].map(([label, error]) => `${label}: ${error.message}`).sort();
    return lines.length <= MAX_LINES ? lines : [...lines.slice(0, MAX_LINES), `${lines.length - MAX_LINES} more`];
  }

  has(label: string): boolean {
    return this.#errors.has(label);
  }

  set(label: string, error: RpcError): void {
    this.#errors.set(label, error);
  }

  delete(label: string): void {
    this.#errors.delete(label);
  }

  /** Forgets those that no seed stands for any more, or that need not be asked. */
  keepOnly(labels: ReadonlySet<string>): void {
    for (const label of this.#errors.keys()) if (!labels.has(label)) this.#errors.delete(label);
  }

  /** What a join that took too long fails with: `UNAVAILABLE` when no seed was reached, `DEADLINE_EXCEEDED` when one was. */
  timeoutError(timeoutMs: number): RpcError {
    const isSilent = [...this.#errors.values()].every((error) => error.code === 'UNAVAILABLE');
    const reasons = this.#errors.size === 0 ? 'no attempt finished' : this.lines.join('; ');
    const what = isSilent ? 'No seed could be reached' : 'The join was not done';
    return new RpcError(
      isSilent ? 'UNAVAILABLE' : 'DEADLINE_EXCEEDED',
      `${what} within ${timeoutMs} ms (${reasons}). Check that the seeds run and their addresses are right`,
    );
  }
}

const MAX_LINES = 10;
