import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const REPOSITORY: string = fileURLToPath(new URL('../../..', import.meta.url));

/** The text of a document, by its path in the repository. */
export function readDocument(path: string): string {
  return readFileSync(join(REPOSITORY, path), 'utf8');
}

/** The part of a document from a heading to the next one of the same level or above. @throws Error when there is no such heading */
export function sectionOf(document: string, heading: string): string {
  const lines = withoutCode(document).split('\n');
  const original = document.split('\n');
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading);
  if (start === -1) throw new Error(`There is no heading "${heading}"`);
  const level = lines[start]?.indexOf(' ') ?? 1;
  const length = lines.slice(start + 1).findIndex((line) => /^#+ /.test(line) && line.indexOf(' ') <= level);
  return original.slice(start, length === -1 ? undefined : start + 1 + length).join('\n');
}

/** The rows of every table in a text as cells, the head rows included. */
export function tableRows(text: string): string[][] {
  return withoutCode(text)
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[\s|:-]+\|$/.test(line))
    .map((line) => cellsOf(line));
}

/** The rows of `expected` (the beginning of each is enough) that a text has in none of its tables. */
export function missingRows(text: string, expected: readonly (readonly string[])[]): string[] {
  const rows = tableRows(text).map((row) => row.map(plain));
  const isThere = (wanted: readonly string[]): boolean => rows.some((row) => wanted.every((cell, index) => row[index] === cell));
  return expected.filter((wanted) => !isThere(wanted)).map((wanted) => wanted.join(' | '));
}

/** The fenced blocks of a text with this language. */
export function codeBlocks(text: string, language: string): string[] {
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].filter((match) => match[1] === language).map((match) => match[2] ?? '');
}

/** The bytes of a commented dump as hex: each line begins with pairs of digits, one blank between two. */
export function hexBytes(block: string): string {
  return block
    .split('\n')
    .map((line) => /^(?:[0-9a-f]{2} ?)+/.exec(line)?.[0] ?? '')
    .join('')
    .replaceAll(' ', '');
}

/** The relative links of a document that lead nowhere; `exists` and `anchorsOf` look at paths in the repository. */
export function brokenLinks(
  path: string,
  document: string,
  look: { readonly exists: (path: string) => boolean; readonly anchorsOf: (path: string) => ReadonlySet<string> },
): string[] {
  const targets = [...withoutCode(document).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
  return targets.filter((target) => {
    if (/^https?:/.test(target)) return false;
    const [file = '', anchor] = target.split('#');
    const found = file === '' ? path : normalize(join(dirname(path), file));
    return !look.exists(found) || (anchor !== undefined && !look.anchorsOf(found).has(anchor));
  });
}

/** The names under which the headings of a document can be linked to. */
export function anchorsIn(document: string): ReadonlySet<string> {
  const headings = [...withoutCode(document).matchAll(/^#+ (.+)$/gm)].map((match) => match[1] ?? '');
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, (block) => block.replace(/[^\n]+/g, ''));
}

function cellsOf(line: string): string[] {
  return line
    .replaceAll('\\|', '\u0000')
    .slice(1, line.trimEnd().endsWith('|') ? -1 : undefined)
    .split('|')
    .map((cell) => cell.replaceAll('\u0000', '|').trim());
}

/** A cell without the marks around code. */
function plain(cell: string): string {
  return cell.replaceAll('`', '');
}
