import { codeFrame, printable } from './code-frame.ts';
import type { SourceRange } from './source-file.ts';

/** One thing wrong with a definition. */
export interface Diagnostic {
  /** The path of the file, as it was given. */
  readonly file: string;
  /** Counted from 1; absent when the file could not be read. */
  readonly line?: number;
  /** Counted from 1, in UTF-16 units. */
  readonly column?: number;
  readonly message: string;
  /** The usual way out. */
  readonly hint?: string;
  /** The line it points at. */
  readonly sourceLine?: string;
  /** How many characters of the line it covers. */
  readonly length?: number;
}

/** Collects what is wrong, so that one run reports everything. */
export class Diagnostics {
  readonly #list: Diagnostic[] = [];
  readonly #seen = new Set<string>();

  get isEmpty(): boolean {
    return this.#list.length === 0;
  }

  /** Reports a problem at a place; the same problem at the same place is reported once. */
  report(range: SourceRange, message: string, hint?: string): void {
    const { line, column } = range.file.positionAt(range.start);
    const sourceLine = range.file.lineAt(line);
    const length = Math.max(1, Math.min(range.end - range.start, sourceLine.length - column + 1));
    this.#add({ file: range.file.path, line, column, message, ...(hint === undefined ? {} : { hint }), sourceLine, length });
  }

  /** Reports a problem with a file as a whole. */
  reportFile(path: string, message: string, hint?: string): void {
    this.#add({ file: path, message, ...(hint === undefined ? {} : { hint }) });
  }

  /** Everything reported, by file, then by place. */
  sorted(): readonly Diagnostic[] {
    return [...this.#list].sort(
      (a, b) => compareText(a.file, b.file) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
    );
  }

  #add(diagnostic: Diagnostic): void {
    const key = `${diagnostic.file}:${diagnostic.line}:${diagnostic.column}:${diagnostic.message}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#list.push(diagnostic);
  }
}

/** How a diagnostic is shown: plain text, or with the colours of a terminal. */
export type DiagnosticStyle = 'plain' | 'color';

/**
 * A diagnostic as text: `file:line:col: error: message`, the source line with a marker under it, and the hint.
 *
 * @param shownFile how to name the file; by default its path
 * @param style `'color'` for a terminal; default `'plain'`
 */
export function formatDiagnostic(diagnostic: Diagnostic, shownFile: string = diagnostic.file, style: DiagnosticStyle = 'plain'): string {
  const { line, column, message, hint, sourceLine, length = 1 } = diagnostic;
  const paint = style === 'color' ? PAINTED : PLAIN;
  const place = line === undefined ? shownFile : `${shownFile}:${line}:${column}`;
  const lines = [`${paint.strong(printable(place))}: ${paint.error('error')}: ${paint.strong(printable(message))}`];
  if (line !== undefined && column !== undefined && sourceLine !== undefined) {
    const gutter = String(line);
    const { text, marker } = codeFrame({ sourceLine, column, length });
    lines.push(`  ${paint.quiet(`${gutter} |`)} ${text}`, `  ${paint.quiet(`${' '.repeat(gutter.length)} |`)} ${paint.error(marker)}`);
  }
  if (hint !== undefined) lines.push(`  ${paint.hint('hint')}: ${printable(hint)}`);
  return lines.join('\n');
}

type Paint = Readonly<Record<'strong' | 'error' | 'hint' | 'quiet', (text: string) => string>>;

const asIs = (text: string): string => text;

const PLAIN: Paint = { strong: asIs, error: asIs, hint: asIs, quiet: asIs };

/** Select Graphic Rendition sequences of ECMA-48, section 8.3.117. */
const PAINTED: Paint = {
  strong: (text) => `\u001b[1m${text}\u001b[22m`,
  error: (text) => `\u001b[31m${text}\u001b[39m`,
  hint: (text) => `\u001b[36m${text}\u001b[39m`,
  quiet: (text) => `\u001b[2m${text}\u001b[22m`,
};

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
