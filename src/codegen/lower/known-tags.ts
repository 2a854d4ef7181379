import type { DefinitionFile } from '../parse/definition-file.ts';
import type { DocComment } from '../parse/doc-comment.ts';
import { rangeOf } from './lower-context.ts';
import type { TypeLowering } from './lower-type.ts';

/** The tags that limit values. */
export const LIMIT_TAGS: ReadonlySet<string> = new Set(['min', 'max', 'minLength', 'maxLength', 'pattern']);

/** The tags that a service, an interface or an object type may have. */
export const DECLARATION_TAGS: ReadonlySet<string> = new Set(['deprecated']);

/** The tags that an alias may have. */
export const ALIAS_TAGS: ReadonlySet<string> = new Set([...LIMIT_TAGS, 'deprecated']);

/** The tags that a field may have. */
export const FIELD_TAGS: ReadonlySet<string> = ALIAS_TAGS;

/** The tags that a method may have; limits are for one of its parameters. */
export const METHOD_TAGS: ReadonlySet<string> = new Set([...LIMIT_TAGS, 'deprecated', 'idempotent', 'safe', 'timeout']);

/** Reports tags that mean something elsewhere, and those that differ from a known one only in spelling. Other tags are for people and tools. */
export function checkTags(
  lowering: TypeLowering,
  { file, doc, allowed }: { readonly file: DefinitionFile; readonly doc: DocComment | undefined; readonly allowed: ReadonlySet<string> },
): void {
  for (const tag of doc?.tags ?? []) {
    if (allowed.has(tag.name)) continue;
    const range = rangeOf(file, tag);
    const place = PLACES[tag.name];
    const meant = Object.keys(PLACES).find((name) => plain(name) === plain(tag.name));
    if (place !== undefined) lowering.diagnostics.report(range, `'@${tag.name}' means nothing here`, `it belongs to ${place}`);
    else if (meant !== undefined) lowering.diagnostics.report(range, `there is no tag '@${tag.name}'`, `write '@${meant}'`);
  }
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z]/gu, '');
}

const LIMITED_PLACES = 'fields, aliases, and with the name of a parameter to methods';

/** Where each tag belongs. */
const PLACES: Readonly<Record<string, string>> = {
  min: LIMITED_PLACES,
  max: LIMITED_PLACES,
  minLength: LIMITED_PLACES,
  maxLength: LIMITED_PLACES,
  pattern: LIMITED_PLACES,
  deprecated: 'services, methods, types and fields',
  idempotent: 'methods',
  safe: 'methods',
  timeout: 'methods',
};
