#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { runGenerate } from './commands/generate.ts';
import { wantsColor } from './wants-color.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { readonly version: string };

process.exitCode = await runGenerate(process.argv.slice(2), {
  cwd: process.cwd(),
  version,
  color: wantsColor(process.stderr, process.env),
  print: (line) => console.log(line),
  printError: (line) => console.error(line),
  untilInterrupted,
});

/** With handlers of its own, the process ends when the watch has, and not in the middle of a write. */
function untilInterrupted(): AbortSignal {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
  return interrupted.signal;
}
