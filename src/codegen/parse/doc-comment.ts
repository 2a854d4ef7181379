import type { DefinitionFile } from './definition-file.ts';

/** A doc comment (two stars), cleaned of its stars. */
export interface DocComment {
  /** Lines without the leading stars, tags included. */
  readonly lines: readonly string[];
  /** `@name text` lines in order. */
  readonly tags: readonly DocTag[];
  readonly start: number;
  readonly end: number;
}

/** One `@name text` of a doc comment. */
export interface DocTag {
  readonly name: string;
  /** What follows the name up to the next tag on the same line. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** The doc comment right before `offset`, if only white space stands between. */
export function docCommentBefore(file: DefinitionFile, offset: number): DocComment | undefined {
  const { text } = file.source;
  for (let i = file.comments.length - 1; i >= 0; i--) {
    const comment = file.comments[i];
    if (comment === undefined || comment.end > offset) continue;
    if (text.slice(comment.end, offset).trim() !== '') return undefined;
    if (comment.type !== 'Block' || !comment.value.startsWith('*')) continue;
    const { start, end } = comment;
    return { lines: linesOf(comment.value.slice(1)), tags: tagsOf(text, start, end), start, end };
  }
  return undefined;
}

function linesOf(value: string): string[] {
  const lines = value.split(/\r?\n/u).map((line, index) => (index === 0 ? line.trim() : line.replace(/^\s*\* ?/u, '').trimEnd()));
  while (lines[0] === '') lines.shift();
  while (lines.at(-1) === '') lines.pop();
  return lines;
}

function tagsOf(text: string, start: number, end: number): DocTag[] {
  const body = text.slice(start, end - 2);
  return [...body.matchAll(TAG)].map((match) => {
    const tagStart = start + match.index;
    const { name = 'pattern', pattern, text: words = '' } = match.groups as Readonly<Record<string, string | undefined>>;
    return { name, text: (pattern ?? words).trim(), start: tagStart, end: tagStart + match[0].trimEnd().length };
  });
}

/** A tag and what follows it up to the next one; a pattern may have an `@` in it and ends with its line, or before a tag after white space. */
const TAG = /(?<![\w@{])@(?:pattern\b(?<pattern>(?:(?!\s@[A-Za-z]+\b)[^\n\r])*)|(?<name>[A-Za-z]\w*)(?<text>[^@\n\r]*))/gu;
