import type { TypeModel } from '../model/type-model.ts';
import type { Declaration } from '../parse/definition-file.ts';
import { toPascalCase } from './lower-context.ts';

/** The name of a type with arguments, such as `PageOfUser` or `ResultOfUserAndFailure`. */
export function nameOfUse(declaration: Declaration, typeArguments: readonly TypeModel[]): string {
  if (typeArguments.length === 0) return declaration.name;
  return `${declaration.name}Of${typeArguments.map(nameOfType).join('And')}`.slice(0, MAX_LENGTH);
}

/** A PascalCase name for a type. */
export function nameOfType(type: TypeModel): string {
  return fullName(type).slice(0, MAX_LENGTH);
}

function fullName(type: TypeModel): string {
  switch (type.kind) {
    case 'scalar':
      return toPascalCase(type.scalar);
    case 'literals':
      return type.values.map((value) => toPascalCase(String(value))).join('Or') || 'Literal';
    case 'list':
      return `${nameOfType(type.item)}List`;
    case 'set':
      return `${nameOfType(type.item)}Set`;
    case 'map':
      return `${nameOfType(type.key)}To${nameOfType(type.value)}`;
    case 'record':
      return `${nameOfType(type.value)}Record`;
    case 'tuple':
      return type.items.map(nameOfType).join('') || 'Tuple';
    case 'nullable':
      return `${nameOfType(type.inner)}OrNull`;
    case 'undefinable':
      return `${nameOfType(type.inner)}OrUndefined`;
    case 'choice':
      return type.members.map(nameOfType).join('Or');
    case 'limited':
      return nameOfType(type.inner);
    case 'shape':
      return type.shape.name;
    case 'alias':
      return type.declaration.name;
  }
}

/** Long enough to recognize a type by, short enough to read. */
const MAX_LENGTH = 60;
