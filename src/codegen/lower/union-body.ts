import { type Field, type LiteralValue, type ShapeBody, unwrapAlias, type Variant } from '../model/type-model.ts';
import type { Diagnostics } from '../source/diagnostic.ts';
import type { SourceRange } from '../source/source-file.ts';
import { sourceOfLiteral } from './lower-context.ts';

/** The body of a union of objects: the field whose literals tell them apart, and a variant for each of its values. */
export function unionBody(diagnostics: Diagnostics, alternatives: readonly (readonly Field[])[], at: SourceRange): ShapeBody {
  const shared = sharedLiteralFields(alternatives);
  const discriminant = shared.find((name) => hasDistinctValues(alternatives, name)) ?? shared[0];
  if (discriminant === undefined) {
    diagnostics.report(at, NO_DISCRIMINANT.message, NO_DISCRIMINANT.hint);
    return { kind: 'union', discriminant: '', variants: [] };
  }
  const variants: Variant[] = [];
  const seen = new Set<LiteralValue>();
  for (const fields of alternatives) {
    const others = fields.filter((field) => field.name !== discriminant);
    for (const tag of valuesOf(fields, discriminant)) {
      if (seen.has(tag)) {
        const message = `two members of this union have ${discriminant}: ${sourceOfLiteral(tag)}`;
        diagnostics.report(at, message, 'give each member a value of its own');
      }
      seen.add(tag);
      variants.push({ tag, fields: others });
    }
  }
  if (variants.length > MAX_VARIANTS) {
    const message = `a union can have at most ${MAX_VARIANTS} members, this one has ${variants.length}`;
    diagnostics.report(at, message, 'group members into unions of their own');
  }
  return { kind: 'union', discriminant, variants };
}

/** The field lists that an object type stands for: one for a struct, one for each variant of a union. */
export function alternativesOf(body: ShapeBody | undefined, at: SourceRange): readonly (readonly Field[])[] | undefined {
  if (body === undefined) return undefined;
  if (body.kind === 'struct') return [body.fields];
  return body.variants.map(({ tag, fields }) => [
    { name: body.discriminant, type: { kind: 'literals', values: [tag] }, optional: false, allowsUndefined: false, at },
    ...fields,
  ]);
}

function sharedLiteralFields(alternatives: readonly (readonly Field[])[]): readonly string[] {
  const [first = []] = alternatives;
  return first.map((field) => field.name).filter((name) => alternatives.every((fields) => valuesOf(fields, name).length > 0));
}

function hasDistinctValues(alternatives: readonly (readonly Field[])[], name: string): boolean {
  const values = alternatives.flatMap((fields) => valuesOf(fields, name));
  return new Set(values).size === values.length;
}

/** The literals that a field may have; none if it is no literal field. */
function valuesOf(fields: readonly Field[], name: string): readonly LiteralValue[] {
  const field = fields.find((candidate) => candidate.name === name);
  if (field === undefined || field.optional) return [];
  const type = unwrapAlias(field.type);
  return type.kind === 'literals' ? type.values : [];
}

/** The index of a member is one byte. */
const MAX_VARIANTS = 256;

const NO_DISCRIMINANT = {
  message: 'the object types of this union share no literal field that tells them apart',
  hint: "add one to each, for example kind: 'created' and kind: 'deleted'",
};
