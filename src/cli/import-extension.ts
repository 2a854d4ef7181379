import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';

/** How generated files end their relative imports. */
export type ImportExtension = '.ts' | '.js' | '';

/**
 * The ending that fits the nearest `tsconfig.json` at or above a folder: `.ts` where TypeScript allows or rewrites it, nothing where a bundler or
 * CommonJS resolves files, `.js` everywhere else and without a tsconfig.
 */
export function importExtensionFor(folder: string): ImportExtension {
  const path = nearestConfig(folder);
  if (path === undefined) return '.js';
  const options = readOptions(path, 0);
  if (options.allowImportingTsExtensions === true || options.rewriteRelativeImportExtensions === true) return '.ts';
  const module = lower(options.module);
  const resolution = lower(options.moduleResolution) ?? (module === 'preserve' ? 'bundler' : module === 'commonjs' ? 'node10' : undefined);
  return resolution === 'bundler' || resolution === 'node10' || resolution === 'node' ? '' : '.js';
}

function nearestConfig(folder: string): string | undefined {
  for (let current = folder; ; current = dirname(current)) {
    const path = join(current, 'tsconfig.json');
    if (existsSync(path)) return path;
    if (dirname(current) === current) return undefined;
  }
}

/** Compiler options with those of `extends` below them. A base that is a package or cannot be read counts as empty: the options here still say enough. */
function readOptions(path: string, level: number): Record<string, unknown> {
  const config = parseConfig(path);
  if (config === undefined || level > MAX_LEVELS) return {};
  const bases = [config.extends]
    .flat()
    .filter((base): base is string => typeof base === 'string' && (base.startsWith('.') || isAbsolute(base)));
  const inherited = bases.map((base) => {
    const target = resolve(dirname(path), base);
    return readOptions(existsSync(target) ? target : `${target}.json`, level + 1);
  });
  const own = config.compilerOptions;
  return Object.assign({}, ...inherited, typeof own === 'object' && own !== null ? own : {});
}

function parseConfig(path: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(toPlainJson(readFileSync(path, 'utf8')));
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    // A broken tsconfig is for the compiler to report; here it only means that nothing is known.
    return undefined;
  }
}

/** Removes comments and trailing commas, which a tsconfig may have, and leaves strings alone. */
function toPlainJson(text: string): string {
  const withoutComments = text.replace(
    /("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//gu,
    (_, string: string | undefined) => string ?? '',
  );
  return withoutComments.replace(/("(?:[^"\\]|\\.)*")|,(?=\s*[\]}])/gu, (_, string: string | undefined) => string ?? '');
}

function lower(value: unknown): string | undefined {
  return typeof value === 'string' ? value.toLowerCase() : undefined;
}

const MAX_LEVELS = 16;
