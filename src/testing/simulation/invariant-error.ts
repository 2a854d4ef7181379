/** A rule of the simulation's checkers was broken: the engine has a defect. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
  /** Which rule. */
  readonly rule: string;

  constructor(rule: string, message: string) {
    super(`${rule}: ${message}`);
    this.rule = rule;
  }
}
