/** Whether output may have colours: only on a terminal that can show them, and not against the wish in `NO_COLOR` (https://no-color.org). */
export function wantsColor(stream: { readonly isTTY?: boolean }, env: Readonly<Record<string, string | undefined>>): boolean {
  return stream.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
}
