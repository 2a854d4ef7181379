/** A stretch of one line: where a problem is. */
export interface MarkedLine {
  readonly sourceLine: string;
  /** Counted from 1, in UTF-16 units. */
  readonly column: number;
  /** In UTF-16 units. */
  readonly length: number;
}

/** A line to show and the marker that belongs under it. */
export interface CodeFrame {
  readonly text: string;
  readonly marker: string;
}

/**
 * The line of a problem and a marker that stands under the right place in a terminal: tabs stay tabs, wide characters get two marks, combining ones
 * none. A line that is too long is cut around the place. Control characters, which could steer a terminal, are shown as `�`.
 */
export function codeFrame({ sourceLine, column, length }: MarkedLine): CodeFrame {
  const start = column - 1;
  const end = Math.max(start + 1, start + length);
  const from = start > MAX_BEFORE && sourceLine.length > MAX_SHOWN ? start - MAX_BEFORE : 0;
  const to = Math.min(sourceLine.length, from + MAX_SHOWN);
  const before = sourceLine.slice(from, start);
  const marked = sourceLine.slice(start, Math.min(end, to));
  const cutFront = from > 0 ? CUT : '';
  const cutBack = to < sourceLine.length ? CUT : '';
  return {
    text: `${cutFront}${printable(sourceLine.slice(from, to))}${cutBack}`,
    marker: `${' '.repeat(cutFront.length)}${blanksFor(before)}${'^'.repeat(Math.max(1, widthOf(marked)))}`,
  };
}

/** A text without characters that could steer a terminal; line breaks and tabs stay. */
export function printable(text: string): string {
  return text.replace(CONTROL, '\ufffd');
}

function blanksFor(text: string): string {
  return [...text].map((character) => (character === '\t' ? '\t' : ' '.repeat(widthOf(character)))).join('');
}

function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += ZERO_WIDTH.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}

const CUT = '…';

const MAX_SHOWN = 140;
const MAX_BEFORE = 80;

const CONTROL = /(?![\t\n])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

const ZERO_WIDTH = /\p{Mn}|\p{Me}|\p{Cf}/u;

/** What terminals show two cells wide: East Asian scripts, full-width forms, emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\p{Emoji_Presentation}\u{20000}-\u{3fffd}]/u;
