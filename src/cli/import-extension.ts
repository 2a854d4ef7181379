import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { isGlob, parseGlob } from './glob.ts';
import { toSlashes } from './slashes.ts';

/** How generated files end their relative imports. */
export type ImportExtension = 'ts' | 'js' | 'none';

/** What stands at the end of an import. */
export const importEndings: Readonly<Record<ImportExtension, '.ts' | '.js' | ''>> = { ts: '.ts', js: '.js', none: '' };

/**
 * The ending that fits the nearest `tsconfig.json` at or above a folder: `.ts` where TypeScript allows or rewrites it, nothing where a bundler or
 * CommonJS resolves files, `.js` everywhere else and without a tsconfig. Where that tsconfig only refers to others, the one that includes the folder
 * counts, else the first.
 */
export function importEndingFor(folder: string): '.ts' | '.js' | '' {
  const path = nearestConfig(folder);
  if (path === undefined) return '.js';
  const options = readOptions(configFor(folder, path), 0);
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

/** A tsconfig without files of its own, as project templates have it, leaves the folder to one of its references. */
function configFor(folder: string, path: string): string {
  const config = parseConfig(path);
  const { files, references } = config ?? {};
  if (!Array.isArray(files) || files.length > 0 || config?.include !== undefined || !Array.isArray(references)) return path;
  const referred = references.flatMap((reference: unknown) => {
    const target = typeof reference === 'object' && reference !== null && 'path' in reference ? String(reference.path) : undefined;
    if (target === undefined) return [];
    const full = resolve(dirname(path), target);
    return full.endsWith('.json') ? [full] : [join(full, 'tsconfig.json')];
  });
  return referred.find((candidate) => includesFolder(candidate, folder)) ?? referred[0] ?? path;
}

function includesFolder(path: string, folder: string): boolean {
  const include = parseConfig(path)?.include;
  if (!Array.isArray(include)) return false;
  const below = toSlashes(relative(dirname(path), folder));
  return include.some((pattern) => {
    const plain = String(pattern).replace(/^\.\//u, '');
    const base = isGlob(plain) ? parseGlob(plain).base : plain.replace(/\/$/u, '');
    return base === '.' ? !below.startsWith('..') : `${below}/`.startsWith(`${base}/`);
  });
}

/** Compiler options with those of `extends` below them. A base that cannot be found or read counts as empty: the options here still say enough. */
function readOptions(path: string, level: number): Record<string, unknown> {
  const config = parseConfig(path);
  if (config === undefined || level > MAX_LEVELS) return {};
  const bases = [config.extends].flat().filter((base): base is string => typeof base === 'string');
  const inherited = bases.map((base) => {
    const target = findBase(path, base);
    return target === undefined ? {} : readOptions(target, level + 1);
  });
  const own = config.compilerOptions;
  return Object.assign({}, ...inherited, typeof own === 'object' && own !== null ? own : {});
}

/** The file that `extends` names: a path with or without `.json`, or a package or a file in one. */
function findBase(path: string, base: string): string | undefined {
  if (base.startsWith('.') || isAbsolute(base)) {
    const target = resolve(dirname(path), base);
    return [target, `${target}.json`].find((candidate) => candidate.endsWith('.json') && existsSync(candidate));
  }
  const { resolve: find } = createRequire(path);
  for (const name of base.endsWith('.json') ? [base] : [`${base}.json`, `${base}/tsconfig.json`]) {
    try {
      return find(name);
    } catch {
      // Another form of the name may be there.
    }
  }
  return undefined;
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
