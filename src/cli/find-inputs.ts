import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { RpcError } from '../errors/rpc-error.ts';

/**
 * The definition files that inputs stand for: files as they are, and every `*.rpc.ts` below a directory, sorted.
 *
 * @throws RpcError `NOT_FOUND` when an input does not exist or a directory holds no definition
 */
export function findInputs(inputs: readonly string[], cwd: string): readonly string[] {
  const found = new Set<string>();
  for (const input of inputs) {
    const path = resolve(cwd, input);
    if (!existsSync(path)) throw new RpcError('NOT_FOUND', `input '${input}' does not exist`);
    if (!statSync(path).isDirectory()) {
      found.add(path);
      continue;
    }
    const definitions = definitionsBelow(path);
    if (definitions.length === 0) throw new RpcError('NOT_FOUND', `input '${input}' holds no *.rpc.ts file`);
    for (const definition of definitions) found.add(definition);
  }
  return [...found];
}

function definitionsBelow(folder: string): string[] {
  const definitions: string[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name === 'node_modules') continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) definitions.push(...definitionsBelow(path));
    else if (entry.name.endsWith('.rpc.ts')) definitions.push(path);
  }
  return definitions;
}
