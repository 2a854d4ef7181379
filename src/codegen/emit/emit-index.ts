import { reachableFrom } from '../model/reachable.ts';
import type { FileContext } from './file-context.ts';
import type { GeneratedPart } from './generated-part.ts';
import { quote, wrapItems } from './source-printer.ts';

/** Emits `index.ts`: every public name of the files that were generated, one by one. */
export function emitIndex(context: FileContext, parts: ReadonlySet<GeneratedPart>): void {
  const { names } = context;
  const { error } = names.service;
  if (parts.has('client')) exportNames(context, 'client', [`${names.stem}Client`]);
  if (parts.has('codec')) exportNames(context, 'codec', [`${names.prefix}Methods`]);
  if (parts.has('errors') && error !== undefined) exportNames(context, 'errors', [`${names.prefix}Error`, `is${names.stem}Error`]);
  if (parts.has('server')) exportNames(context, 'server', [`${names.stem}Server`, `${names.prefix}Service`, `type ${names.stem}Handler`]);
  const types = reachableFrom(names.service).declarations.map((declaration) => declaration.name);
  if (types.length > 0) {
    for (const line of wrapItems('export type { ', types.sort(), ` } from ${quote(context.siblingPath('types'))};`))
      context.printer.line(line);
  } else if (!parts.has('codec')) context.printer.line('export {};');
}

function exportNames(context: FileContext, file: string, exported: readonly string[]): void {
  for (const line of wrapItems('export { ', exported, ` } from ${quote(context.siblingPath(file))};`)) context.printer.line(line);
}
