import type { TSType, TSTypeReference } from 'oxc-parser';
import type { TypeModel } from '../model/type-model.ts';
import type { Declaration } from '../parse/definition-file.ts';
import { placeInside, rangeOf, type Spanned, scalar, type TypePlace } from './lower-context.ts';
import type { TypeLowering } from './lower-type.ts';
import { lowerUtility, UTILITY_TYPES } from './lower-utility.ts';
import { parametersOf } from './named-types.ts';
import { REFUSED_NAMES, refuseConditional, refuseMissing } from './refusals.ts';

/** A use of a name, perhaps with type arguments: `User`, `Page<User>`, `Map<string, User>`. */
export interface NameUse {
  readonly node: Spanned;
  readonly name: string;
  readonly args: readonly TSType[];
  /** A base's fields are copied, so nobody imports it. */
  readonly isBase?: boolean;
}

/** Lowers a reference to a type by its name. */
export function lowerReference(lowering: TypeLowering, node: TSTypeReference, place: TypePlace): TypeModel | undefined {
  if (node.typeName.type !== 'Identifier') {
    return lowering.refuse(node, place, {
      message: 'qualified names are not supported',
      hint: "import the type by name: 'import type { Name }'",
    });
  }
  return lowerName(lowering, { node, name: node.typeName.name, args: node.typeArguments?.params ?? [] }, place);
}

/** Lowers a name: a type parameter in scope, a declared type, one of the library's, or a global. */
export function lowerName(lowering: TypeLowering, use: NameUse, place: TypePlace): TypeModel | undefined {
  const { name, node } = use;
  if (place.environment?.has(name) === true) return place.environment.get(name);
  const resolution = lowering.files.resolve(place.file, name);
  switch (resolution.kind) {
    case 'global':
      return lowerGlobal(lowering, use, place);
    case 'library':
      return LIBRARY_SCALARS[resolution.name] ?? lowering.refuse(node, place, REFUSED_NAMES[resolution.name] ?? notAValue(resolution.name));
    case 'unresolved':
      return lowering.refuse(node, place, { message: resolution.reason, hint: resolution.hint ?? 'check the import' });
    case 'refused':
      return undefined;
    case 'declaration':
      if (use.isBase !== true) checkExported(lowering, resolution.declaration);
      return lowerDeclared(lowering, { ...use, declaration: resolution.declaration }, place);
  }
}

/** Whether other modules can import the declaration under its own name. */
export function isExported(declaration: Declaration): boolean {
  if (declaration.exported) return true;
  const clause = declaration.file.reexports.get(declaration.name);
  return clause !== undefined && clause.specifier === '' && clause.name === declaration.name;
}

function checkExported(lowering: TypeLowering, declaration: Declaration): void {
  if (isExported(declaration)) return;
  lowering.diagnostics.report(
    rangeOf(declaration.file, declaration.node.id),
    `'${declaration.name}' is used by a service but not exported`,
    `write 'export ${declaration.node.type === 'TSInterfaceDeclaration' ? 'interface' : 'type'} ${declaration.name}': generated code imports it`,
  );
}

function lowerDeclared(
  lowering: TypeLowering,
  use: NameUse & { readonly declaration: Declaration },
  place: TypePlace,
): TypeModel | undefined {
  const { declaration, node, args, name } = use;
  const parameters = parametersOf(declaration.node);
  if (args.length > parameters.length) {
    const message =
      parameters.length === 0 ? `'${name}' takes no type arguments` : `'${name}' takes ${counted(parameters.length)}, not ${args.length}`;
    return lowering.refuse(node, place, { message, hint: 'remove those that are too many' });
  }
  const typeArguments: TypeModel[] = [];
  const bound = new Map<string, TypeModel | undefined>();
  for (const [index, parameter] of parameters.entries()) {
    const argument = args[index];
    const fallback = parameter.default;
    if (argument === undefined && fallback === null) {
      const message = `'${name}' needs a type argument for '${parameter.name.name}'`;
      return lowering.refuse(node, place, { message, hint: `write it as ${name}<…>, or give the parameter a default` });
    }
    const type =
      argument === undefined
        ? lowering.lower(fallback as TSType, { file: declaration.file, hint: `${name}${parameter.name.name}`, environment: bound })
        : lowering.lower(argument, placeInside(place, `${place.hint}${parameters.length === 1 ? 'Item' : parameter.name.name}`));
    bound.set(parameter.name.name, type);
    if (type !== undefined) typeArguments.push(type);
  }
  return typeArguments.length < parameters.length ? undefined : lowering.named.use(declaration, typeArguments, { node, place });
}

function lowerGlobal(lowering: TypeLowering, use: NameUse, place: TypePlace): TypeModel | undefined {
  const { name, node, args } = use;
  if (UTILITY_TYPES.has(name)) return lowerUtility(lowering, use, place);
  const [first, second] = args;
  const known = GLOBAL_SCALARS[name];
  if (known !== undefined && (first === undefined || name === 'Uint8Array')) return known;
  const readonly = name.startsWith('Readonly');
  if (LISTS.has(name) && first !== undefined) {
    const item = lowering.lower(first, placeInside(place, `${place.hint}Item`));
    return item === undefined ? undefined : { kind: 'list', item, readonly };
  }
  if (SETS.has(name) && first !== undefined) {
    const item = lowering.lower(first, placeInside(place, `${place.hint}Item`));
    return item === undefined ? undefined : { kind: 'set', item, readonly };
  }
  if (MAPS.has(name) && first !== undefined && second !== undefined) {
    const key = lowering.lower(first, placeInside(place, `${place.hint}Key`));
    const value = lowering.lower(second, placeInside(place, `${place.hint}Value`));
    return key === undefined || value === undefined ? undefined : { kind: 'map', key, value, readonly };
  }
  if (LISTS.has(name) || SETS.has(name) || MAPS.has(name)) {
    const hint = MAPS.has(name) ? `write it as ${name}<K, V>` : `write it as ${name}<T>`;
    return lowering.refuse(node, place, { message: `'${name}' needs type arguments`, hint });
  }
  return lowering.refuse(node, place, refuseConditional(name) ?? REFUSED_NAMES[name] ?? refuseMissing(name));
}

function counted(count: number): string {
  return count === 1 ? 'one type argument' : `${count} type arguments`;
}

function notAValue(name: string): { readonly message: string; readonly hint: string } {
  return { message: `'${name}' of the library is not a value`, hint: 'declare the type here' };
}

const LISTS: ReadonlySet<string> = new Set(['Array', 'ReadonlyArray']);
const SETS: ReadonlySet<string> = new Set(['Set', 'ReadonlySet']);
const MAPS: ReadonlySet<string> = new Set(['Map', 'ReadonlyMap']);

const GLOBAL_SCALARS: Readonly<Record<string, TypeModel>> = { Uint8Array: scalar('bytes'), Date: scalar('date') };

/** Types that the library exports: sized numbers, and `Json` for any JSON value. */
const LIBRARY_SCALARS: Readonly<Record<string, TypeModel>> = {
  int8: scalar('int8'),
  int16: scalar('int16'),
  int32: scalar('int32'),
  uint8: scalar('uint8'),
  uint16: scalar('uint16'),
  uint32: scalar('uint32'),
  float32: scalar('float32'),
  int64: scalar('int64'),
  uint64: scalar('uint64'),
  Json: scalar('json'),
};
