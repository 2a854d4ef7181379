/** Closes a `switch` over a discriminated union: compiling proves that every variant is handled. */
export function assertNever(value: never, what: string): never {
  throw new Error(`Unexpected ${what}: ${JSON.stringify(value)}`);
}
