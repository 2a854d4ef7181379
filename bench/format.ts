/** A table in Markdown, its columns as wide as their widest cell. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]): string => `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join('\n');
}

export function formatRate(perSecond: number): string {
  if (perSecond >= 999_500) return `${(perSecond / 1e6).toFixed(2)} M`;
  return perSecond >= 9_995 ? `${(perSecond / 1e3).toFixed(0)} k` : `${(perSecond / 1e3).toFixed(1)} k`;
}

export function formatTime(microseconds: number): string {
  return microseconds < 1_000 ? `${microseconds.toFixed(0)} us` : `${(microseconds / 1_000).toFixed(microseconds < 10_000 ? 2 : 1)} ms`;
}

export function formatRatio(ratio: number): string {
  return ratio.toFixed(ratio < 10 ? 2 : 0);
}

/** In kilobytes of a thousand bytes. */
export function formatBytes(bytes: number): string {
  return `${(bytes / 1e3).toFixed(Math.abs(bytes) < 10_000 ? 2 : 1)} KB`;
}
