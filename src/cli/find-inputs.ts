import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { RpcError } from '../errors/rpc-error.ts';
import { isGlob, parseGlob } from './glob.ts';
import { toSlashes } from './slashes.ts';

/**
 * The definition files that inputs stand for: files as they are; every `*.rpc.ts` below a directory, sorted; and for a pattern every `*.rpc.ts` that
 * it matches, or that is below a directory it matches, sorted. An input that begins with `!` takes away what it stands for. Folders named
 * `node_modules` or with a dot first are left out, and symbolic links to folders are not followed.
 *
 * @throws RpcError `INVALID_ARGUMENT` when an input is empty text, `NOT_FOUND` when an input does not exist, or stands for no definition
 */
export function findInputs(inputs: readonly string[], cwd: string): readonly string[] {
  if (inputs.includes('')) throw new RpcError('INVALID_ARGUMENT', 'an input is empty: name a definition file, a directory or a pattern');
  const found = new Set<string>();
  for (const input of inputs.filter((input) => !input.startsWith('!'))) {
    const definitions = definitionsOf(input, cwd);
    if (definitions.length === 0) throw new RpcError('NOT_FOUND', emptyText(input));
    for (const definition of definitions) found.add(definition);
  }
  for (const input of inputs.filter((input) => input.startsWith('!'))) {
    for (const definition of definitionsOf(input.slice(1), cwd)) found.delete(definition);
  }
  if (found.size === 0) throw new RpcError('NOT_FOUND', `no *.rpc.ts file is left of the inputs ${inputs.join(', ')}`);
  return [...found];
}

/** The folders in which a file can appear or change that concerns the inputs. */
export function inputFolders(inputs: readonly string[], cwd: string): readonly string[] {
  const folders = new Set<string>();
  for (const input of inputs.filter((input) => !input.startsWith('!'))) {
    const path = resolve(cwd, input);
    const base = existsSync(path) || !isGlob(input) ? path : resolve(cwd, parseGlob(toSlashes(input)).base);
    if (!isFolder(base)) folders.add(nearestFolder(dirname(base)));
    else for (const folder of foldersFrom(base)) folders.add(folder);
  }
  return [...folders];
}

function definitionsOf(input: string, cwd: string): readonly string[] {
  const path = resolve(cwd, input);
  if (isFolder(path)) return definitionsBelow(path);
  if (existsSync(path)) return [path];
  if (!isGlob(input)) throw new RpcError('NOT_FOUND', `input '${input}' does not exist`);
  const glob = parseGlob(toSlashes(input));
  const base = resolve(cwd, glob.base);
  if (!isFolder(base)) return [];
  const isMatch = (found: string): boolean => glob.matches(toSlashes(relative(base, found)));
  const matching = foldersFrom(base).flatMap((folder) =>
    folder !== base && isMatch(folder) ? definitionsBelow(folder) : definitionsIn(folder).filter(isMatch),
  );
  return [...new Set(matching)].sort();
}

function definitionsBelow(folder: string): readonly string[] {
  return foldersFrom(folder).flatMap(definitionsIn).sort();
}

function definitionsIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.rpc.ts'))
    .map((name) => join(folder, name))
    .filter((path) => existsSync(path) && !isFolder(path));
}

/** A folder and every folder below it. */
function foldersFrom(folder: string): readonly string[] {
  const below = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.'))
    .map((entry) => join(folder, entry.name));
  return [folder, ...below.flatMap(foldersFrom)];
}

function nearestFolder(path: string): string {
  return isFolder(path) || dirname(path) === path ? path : nearestFolder(dirname(path));
}

/** Whether there is a folder at the path. */
export function isFolder(path: string): boolean {
  // What lies below a file, or behind a link to itself, makes statSync throw.
  return existsSync(path) && statSync(path).isDirectory();
}

function emptyText(input: string): string {
  return isGlob(input) ? `input '${input}' matches no *.rpc.ts file` : `input '${input}' holds no *.rpc.ts file`;
}
