import { RpcError } from '../errors/rpc-error.ts';

/** Why seeds did not take this node in when they were asked last, each of their addresses with its own reason; and who has not answered yet. */
export class SeedFailures {
  readonly #errors = new Map<string, RpcError>();
  readonly #asked = new Set<string>();

  /** One line for each, in the order of the alphabet; a name of many addresses gives {@link MAX_LINES} at most. */
  get lines(): readonly string[] {
    const silent = [...this.#asked]
      .filter((label) => !this.#errors.has(label))
      .map((label) => `${label}: it was asked and has not answered yet`);
    const lines = [...[...this.#errors].map(([label, error]) => `${label}: ${error.message}`), ...silent].sort();
    return lines.length <= MAX_LINES ? lines : [...lines.slice(0, MAX_LINES), `${lines.length - MAX_LINES} more`];
  }

  has(label: string): boolean {
    return this.#errors.has(label);
  }

  /** It is asked from now on, until it is set or deleted. */
  begin(label: string): void {
    this.#asked.add(label);
  }

  set(label: string, error: RpcError): void {
    this.#asked.delete(label);
    this.#errors.set(label, error);
  }

  delete(label: string): void {
    this.#asked.delete(label);
    this.#errors.delete(label);
  }

  /** Forgets those that no seed stands for any more, or that need not be asked. */
  keepOnly(labels: ReadonlySet<string>): void {
    for (const label of this.#errors.keys()) if (!labels.has(label)) this.#errors.delete(label);
  }

  /** What a join that took too long fails with: `UNAVAILABLE` when no seed was reached, `DEADLINE_EXCEEDED` when one was. */
  timeoutError(timeoutMs: number): RpcError {
    const isSilent = [...this.#errors.values()].every((error) => error.code === 'UNAVAILABLE');
    const { lines } = this;
    const reasons = lines.length === 0 ? 'no attempt finished' : lines.join('; ');
    const what = isSilent ? 'No seed could be reached' : 'The join was not done';
    return new RpcError(
      isSilent ? 'UNAVAILABLE' : 'DEADLINE_EXCEEDED',
      `${what} within ${timeoutMs} ms (${reasons}). Check that the seeds run and their addresses are right`,
    );
  }
}

const MAX_LINES = 10;
