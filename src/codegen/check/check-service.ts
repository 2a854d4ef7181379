import { ServiceNames } from '../emit/service-names.ts';
import { reachableFrom } from '../model/reachable.ts';
import type { ServiceModel } from '../model/service-model.ts';
import { type Field, type Shape, type TypeModel, unwrapAlias } from '../model/type-model.ts';
import type { Declaration } from '../parse/definition-file.ts';
import type { Diagnostics } from '../source/diagnostic.ts';

/** Checks what can be seen only when the whole model is there. */
export function checkService(service: ServiceModel, diagnostics: Diagnostics): void {
  const { shapes, declarations } = reachableFrom(service);
  checkFinite(shapes, diagnostics);
  checkNames(service, declarations, diagnostics);
}

/** A shape that always contains itself has no value. Finite ones are found by growing the set until nothing changes. */
function checkFinite(shapes: readonly Shape[], diagnostics: Diagnostics): void {
  const finite = new Set<Shape>();
  const areFinite = (fields: readonly Field[]): boolean => fields.every((field) => field.optional || hasValue(field.type, finite));
  for (let before = -1; before !== finite.size; ) {
    before = finite.size;
    for (const shape of shapes) {
      const { body } = shape;
      if (body === undefined) continue;
      const alternatives = body.kind === 'struct' ? [body.fields] : body.variants.map((variant) => variant.fields);
      if (alternatives.length === 0 || alternatives.some(areFinite)) finite.add(shape);
    }
  }
  for (const shape of shapes) {
    if (!finite.has(shape)) {
      diagnostics.report(
        shape.at,
        `'${shape.declaration?.name ?? shape.typeText ?? shape.name}' always contains itself, so it has no value`,
        'make a field on the way optional, nullable or an array',
      );
    }
  }
}

/** Whether a type has a value that is made of the shapes known to have one. */
function hasValue(type: TypeModel, finite: ReadonlySet<Shape>): boolean {
  const bare = unwrapAlias(type);
  switch (bare.kind) {
    case 'shape':
      return finite.has(bare.shape);
    case 'tuple':
      return bare.items.slice(0, bare.required).every((item) => hasValue(item, finite));
    case 'choice':
      return bare.members.some((member) => hasValue(member, finite));
    case 'limited':
      return hasValue(bare.inner, finite);
    default:
      // Null, nothing, and empty lists, sets, maps and records end every circle.
      return true;
  }
}

function checkNames(service: ServiceModel, declarations: readonly Declaration[], diagnostics: Diagnostics): void {
  const reserved = new ServiceNames(service).reserved();
  for (const { name, file, node } of declarations) {
    if (!reserved.has(name)) continue;
    const range = { file: file.source, start: node.id.start, end: node.id.end };
    diagnostics.report(
      range,
      `a type used by ${service.name} cannot be named '${name}'`,
      'generated code uses this name itself; choose another',
    );
  }
  const byName = new Map<string, Declaration>();
  for (const declaration of declarations) {
    const other = byName.get(declaration.name);
    byName.set(declaration.name, declaration);
    if (other === undefined || other === declaration) continue;
    const { file, node, name } = declaration;
    diagnostics.report(
      { file: file.source, start: node.id.start, end: node.id.end },
      `${service.name} uses two types named '${name}'; the other is in ${other.file.source.path}`,
      'rename one of them',
    );
  }
}
