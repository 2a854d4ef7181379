/**
 * Patterns for files: `*` (anything but a slash), `**` (any folders, also none), `?` (one character) and `{a,b}` (one of several, also nested).
 * Names that begin with a dot are matched only by a pattern that writes the dot.
 */
export interface Glob {
  /** The folder that all matches are below: the pattern up to its first part with a wildcard. */
  readonly base: string;
  /** Whether a path below the base, relative to it and with forward slashes, fits the rest of the pattern. */
  matches(path: string): boolean;
}

/** Whether a text means something else as a pattern than as a path. */
export function isGlob(text: string): boolean {
  return /[*?{]/u.test(text);
}

/** Reads a pattern with forward slashes. A brace that is never closed stands for itself. */
export function parseGlob(pattern: string): Glob {
  const parts = pattern.split('/');
  const wild = parts.findIndex(isGlob);
  const fixed = wild === -1 ? parts.length - 1 : wild;
  const base = parts.slice(0, fixed).join('/');
  const rest = parts.slice(fixed).join('/');
  const expressions = expandBraces(rest).map((plain) => new RegExp(`^${toExpression(plain)}$`, 'u'));
  return {
    base: fixed === 0 ? '.' : base || '/',
    matches: (path) => expressions.some((expression) => expression.test(path)),
  };
}

/** `a{b,c}` gives `ab` and `ac`. */
function expandBraces(pattern: string): string[] {
  const open = pattern.indexOf('{');
  const group = open === -1 ? undefined : braceGroup(pattern, open);
  if (group === undefined) return [pattern];
  const tails = expandBraces(pattern.slice(group.end + 1));
  const heads = group.choices.flatMap(expandBraces);
  return heads.flatMap((head) => tails.map((tail) => pattern.slice(0, open) + head + tail));
}

/** The choices of the group that opens at `open`, and where it ends. */
function braceGroup(pattern: string, open: number): { readonly choices: readonly string[]; readonly end: number } | undefined {
  const choices: string[] = [];
  let depth = 0;
  let start = open + 1;
  for (let i = open; i < pattern.length; i++) {
    const character = pattern[i];
    if (character === '{') depth++;
    else if (character === '}') depth--;
    if (depth === 0 || (depth === 1 && character === ',')) {
      choices.push(pattern.slice(start, i));
      start = i + 1;
    }
    if (depth === 0) return { choices, end: i };
  }
  return undefined;
}

function toExpression(pattern: string): string {
  const parts = pattern.split('/');
  const last = parts.length - 1;
  return parts
    .map((part, index) => {
      if (part === '**') return index === last ? `(?:${NAME}/)*${NAME}` : `(?:${NAME}/)*`;
      return partExpression(part) + (index === last ? '' : '/');
    })
    .join('');
}

/** One name: wildcards at its beginning do not take a dot. */
function partExpression(part: string): string {
  const body = part.replace(/\*+|\?|[\\^$.|+()[\]{}]/gu, (found) => {
    if (found.startsWith('*')) return '[^/]*';
    return found === '?' ? '[^/]' : `\\${found}`;
  });
  return /^[*?]/u.test(part) ? `(?!\\.)${body}` : body;
}

const NAME = '(?!\\.)[^/]+';
