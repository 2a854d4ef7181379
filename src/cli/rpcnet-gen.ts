#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { runGenerate } from './commands/generate.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { readonly version: string };

process.exitCode = await runGenerate(process.argv.slice(2), {
  cwd: process.cwd(),
  version,
  print: (line) => console.log(line),
  printError: (line) => console.error(line),
});
