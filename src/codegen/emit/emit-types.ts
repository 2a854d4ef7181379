import { reachableFrom } from '../model/reachable.ts';
import { relativePath } from '../source/paths.ts';
import type { FileContext } from './file-context.ts';
import { quote, wrapItems } from './source-printer.ts';

/** Emits `types.ts`: the definition's types under one roof, so that programs need not know where the definition is. */
export function emitTypes(context: FileContext, folder: string): void {
  const { printer, names, settings } = context;
  const byFile = new Map<string, string[]>();
  for (const { name, file } of reachableFrom(names.service).declarations) {
    const path = relativePath(folder, file.source.path).replace(/\.ts$/u, settings.importExtension);
    byFile.set(path, [...(byFile.get(path) ?? []), name]);
  }
  for (const [path, types] of [...byFile].sort(([a], [b]) => (a < b ? -1 : 1))) {
    for (const line of wrapItems('export type { ', types.sort(), ` } from ${quote(path)};`)) printer.line(line);
  }
  if (byFile.size === 0) printer.line('export {};');
}
