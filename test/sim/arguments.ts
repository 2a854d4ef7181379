/** The integer after an option of the command line; undefined when it is not there. @throws Error when something else follows. */
export function integerOption(name: string): number | undefined {
  const text = textOption(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Error(`Expected ${name} to be an integer of at least 1, got ${JSON.stringify(text)}`);
  return value;
}

/** The text after an option of the command line; undefined when it is not there. @throws Error when nothing follows. */
export function textOption(name: string): string | undefined {
  const place = process.argv.indexOf(name);
  if (place === -1) return undefined;
  const value = process.argv[place + 1];
  if (value === undefined || value.startsWith('--')) throw new Error(`Expected a value after ${name}`);
  return value;
}
