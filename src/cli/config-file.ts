import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { RpcError } from '../errors/rpc-error.ts';
import type { GenerateOptions } from './generate.ts';

/** What a configuration file may set: settings of {@link GenerateOptions}, with paths relative to the file. */
export type GeneratorConfig = Partial<
  Pick<GenerateOptions, 'input' | 'output' | 'only' | 'importExtension' | 'prune' | 'runtimeModule' | 'libraryModule'>
>;

/** A configuration file as it was read. */
export interface LoadedConfig {
  /** The file, absolute. */
  readonly path: string;
  /** What it says, with paths relative to `cwd`. */
  readonly settings: GeneratorConfig;
}

/** Where to look for a configuration file. */
export interface LoadConfigOptions {
  /** The file. Default: the first folder from `cwd` upwards with one of {@link CONFIG_NAMES} in it. */
  readonly path?: string;
  /** Default: the working directory of the process. */
  readonly cwd?: string;
}

/**
 * Reads the generator's configuration file, or gives `undefined` when there is none.
 *
 * @throws RpcError `NOT_FOUND` when `path` does not exist, `INVALID_ARGUMENT` when the file cannot be read or says something unknown
 * @example
 * const config = await loadConfig();
 * if (config !== undefined) await generate({ input: 'definitions', ...config.settings });
 */
export async function loadConfig(options: LoadConfigOptions = {}): Promise<LoadedConfig | undefined> {
  const cwd = resolve(options.cwd ?? process.cwd());
  const path = options.path === undefined ? findConfig(cwd) : resolve(cwd, options.path);
  if (path === undefined) return undefined;
  if (!existsSync(path)) throw new RpcError('NOT_FOUND', `the configuration file '${options.path}' does not exist`);
  const value = path.endsWith('.json') ? readJson(path) : await importConfig(path);
  return { path, settings: withPathsFrom(dirname(path), cwd, toSettings(value, path)) };
}

/** The names a configuration file may have. */
export const CONFIG_NAMES = ['rpcnet.config.json', 'rpcnet.config.js', 'rpcnet.config.mjs'] as const;

function findConfig(cwd: string): string | undefined {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const found = CONFIG_NAMES.filter((name) => existsSync(join(folder, name)));
    if (found.length > 1) throw new RpcError('INVALID_ARGUMENT', `${found.join(' and ')} are both in ${folder}; keep one of them`);
    if (found[0] !== undefined) return join(folder, found[0]);
    if (dirname(folder) === folder) return undefined;
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8').replace(/^\ufeff/u, ''));
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

async function importConfig(path: string): Promise<unknown> {
  const url = pathToFileURL(path);
  // Node keeps modules for good: to be read again, a changed ES module needs another name, and a CommonJS one must be forgotten.
  delete createRequire(path).cache[path];
  url.searchParams.set('changed', String(statSync(path).mtimeMs));
  let exports: { readonly default?: unknown };
  try {
    exports = await import(url.href);
  } catch (cause) {
    throw unreadable(path, cause);
  }
  if (exports.default !== undefined) return exports.default;
  throw new RpcError('INVALID_ARGUMENT', `${basename(path)} has no default export; write 'export default { input: … }'`);
}

function unreadable(path: string, cause: unknown): RpcError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new RpcError('INVALID_ARGUMENT', `${basename(path)} cannot be read: ${why}`, { cause });
}

function toSettings(value: unknown, path: string): GeneratorConfig {
  const name = basename(path);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new RpcError('INVALID_ARGUMENT', `${name} must hold an object, such as { "input": "src/**/*.rpc.ts" }`);
  }
  const settings: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries(value)) {
    if (!isKey(key)) throw new RpcError('INVALID_ARGUMENT', `unknown key '${key}' in ${name}; known are ${KEYS.join(', ')}`);
    if (setting === undefined) continue;
    const { isValid, expected } = CHECKS[key];
    if (!isValid(setting))
      throw new RpcError('INVALID_ARGUMENT', `'${key}' in ${name}: expected ${expected}, got ${JSON.stringify(setting)}`);
    settings[key] = setting;
  }
  return settings;
}

/** The file's paths are relative to its folder; those of a run are relative to `cwd`. */
function withPathsFrom(folder: string, cwd: string, { input, output, ...others }: GeneratorConfig): GeneratorConfig {
  const moved = (path: string): string => relative(cwd, resolve(folder, path)) || '.';
  const movedInput = (one: string): string => (one.startsWith('!') ? `!${moved(one.slice(1))}` : moved(one));
  return {
    ...others,
    ...(input === undefined ? {} : { input: [input].flat().map(movedInput) }),
    ...(output === undefined ? {} : { output: moved(output) }),
  };
}

interface Check {
  readonly expected: string;
  isValid(value: unknown): boolean;
}

const text: Check = { expected: 'a text', isValid: (value) => typeof value === 'string' && value !== '' };

const CHECKS: Readonly<Record<keyof GeneratorConfig, Check>> = {
  input: {
    expected: 'a path or pattern, or a list of them',
    isValid: (value) => text.isValid(value) || (Array.isArray(value) && value.length > 0 && value.every(text.isValid)),
  },
  output: text,
  only: oneOf('server', 'client', 'types'),
  importExtension: oneOf('ts', 'js', 'none'),
  prune: { expected: 'true or false', isValid: (value) => typeof value === 'boolean' },
  runtimeModule: text,
  libraryModule: text,
};

/** The keys of a configuration file. */
export const CONFIG_KEYS: readonly (keyof GeneratorConfig)[] = Object.keys(CHECKS) as (keyof GeneratorConfig)[];

const KEYS: readonly string[] = CONFIG_KEYS;

function isKey(key: string): key is keyof GeneratorConfig {
  return KEYS.includes(key);
}

function oneOf(...values: readonly string[]): Check {
  return {
    expected: values.map((value) => `'${value}'`).join(', '),
    isValid: (value) => typeof value === 'string' && values.includes(value),
  };
}
