import { SCALAR_TEXTS } from '../model/scalar-texts.ts';
import { type AliasModel, type Scalar, type Shape, type TupleModel, type TypeModel, unwrapAlias } from '../model/type-model.ts';
import type { ServiceNames } from './service-names.ts';
import { literalText, propertyKey, SourcePrinter } from './source-printer.ts';

/** Where the modules are that generated files import from. */
export interface EmitSettings {
  /** What generated code imports, by default `rpcnet/generated`. */
  readonly runtimeModule: string;
  /** Ends the relative imports: `.ts`, `.js` or nothing. */
  readonly importExtension: '.ts' | '.js' | '';
}

/** What an emitter works with: the printer of its file, the service's names, and the ways to name things of other modules. */
export class FileContext {
  readonly printer: SourcePrinter = new SourcePrinter();
  readonly names: ServiceNames;
  readonly settings: EmitSettings;

  constructor(names: ServiceNames, settings: EmitSettings) {
    this.names = names;
    this.settings = settings;
  }

  /** A function or constant of the library. */
  runtime(name: string): string {
    return this.printer.value(name, this.settings.runtimeModule, this.#localName(name));
  }

  /** A type of the library. */
  runtimeType(name: string): string {
    return this.printer.type(name, this.settings.runtimeModule, this.#localName(name));
  }

  /** A value of another file of this service. */
  sibling(name: string, file: string): string {
    return this.printer.value(name, this.siblingPath(file));
  }

  /** A type of another file of this service. */
  siblingType(name: string, file: string): string {
    return this.printer.type(name, this.siblingPath(file));
  }

  siblingPath(file: string): string {
    return `./${file}${this.settings.importExtension}`;
  }

  /** A type as TypeScript: declared types by name, inline ones written out. */
  typeText(type: TypeModel): string {
    switch (type.kind) {
      case 'scalar':
        return this.scalarText(type.scalar, type.isUnknown === true);
      case 'literals':
        return type.values.map(literalText).join(' | ');
      case 'list': {
        return `${type.readonly ? 'readonly ' : ''}${this.#itemText(type.item)}[]`;
      }
      case 'set':
        return `${type.readonly === true ? 'ReadonlySet' : 'Set'}<${this.typeText(type.item)}>`;
      case 'map':
        return `${type.readonly === true ? 'ReadonlyMap' : 'Map'}<${this.typeText(type.key)}, ${this.typeText(type.value)}>`;
      case 'record':
        return `Record<string, ${this.typeText(type.value)}>`;
      case 'tuple':
        return this.#tupleText(type);
      case 'undefinable':
        return `${this.typeText(type.inner)} | undefined`;
      case 'choice':
        return type.members.map((member) => this.typeText(member)).join(' | ');
      case 'limited':
        return this.typeText(type.inner);
      case 'nullable':
        return `${this.typeText(type.inner)} | null`;
      case 'alias':
        return this.#namedText(type) ?? type.declaration.name;
      case 'shape':
        return this.shapeText(type.shape);
    }
  }

  shapeText(shape: Shape): string {
    return this.#namedText(shape) ?? this.bodyText(shape);
  }

  /** What a shape is made of, whether or not it has a name. */
  bodyText({ body }: Shape): string {
    if (body?.kind !== 'union') return this.structText(body?.fields ?? []);
    return body.variants
      .map((variant) => this.structText(variant.fields, `${propertyKey(body.discriminant)}: ${literalText(variant.tag)}`))
      .join(' | ');
  }

  /** An inline object type; `first` comes before the fields. */
  structText(fields: readonly FieldText[], first?: string): string {
    const members = fields.map((field) => `${propertyKey(field.name)}${field.optional ? '?' : ''}: ${this.fieldTypeText(field)}`);
    if (first !== undefined) members.unshift(first);
    return members.length === 0 ? 'Record<string, never>' : `{ ${members.join('; ')} }`;
  }

  /** A type that the definition names; `undefined` for one that must be written out. */
  #namedText({ declaration, typeText, mentions, mentionsJson }: AliasModel | Shape): string | undefined {
    if (typeText === undefined) return declaration === undefined ? undefined : this.siblingType(declaration.name, 'types');
    for (const { name } of mentions ?? []) this.siblingType(name, 'types');
    if (mentionsJson === true) this.runtimeType('Json');
    return typeText;
  }

  #itemText(item: TypeModel): string {
    const text = this.typeText(item);
    return text.includes(' ') && !/^\{[^{}]*\}$/u.test(text) ? `(${text})` : text;
  }

  #tupleText({ items, rest, required, readonly }: TupleModel): string {
    const parts = items.map((item, index) => (index < required ? this.typeText(item) : `${this.#itemText(item)}?`));
    if (rest !== undefined) parts.push(`...${this.#itemText(rest)}[]`);
    return `${readonly === true ? 'readonly ' : ''}[${parts.join(', ')}]`;
  }

  protected scalarText(scalar: Scalar, isUnknown: boolean): string {
    if (scalar === 'json') return isUnknown ? 'unknown' : this.runtimeType('Json');
    return SCALAR_TEXTS[scalar];
  }

  /** A definition may have a type of its own with the name of a library one: then the library's gets another. */
  #localName(name: string): string {
    return this.names.declared.has(name) ? `Rpcnet${name}` : name;
  }

  fieldTypeText(field: FieldText): string {
    const text = this.typeText(field.type);
    return field.optional && field.allowsUndefined ? `${text} | undefined` : text;
  }
}

/** The parts of a field that its type text is made of. */
export interface FieldText {
  readonly name: string;
  readonly type: TypeModel;
  readonly optional: boolean;
  readonly allowsUndefined: boolean;
}

/** The shape a type is in place, without list or null around it. */
export function directShape(type: TypeModel): Shape | undefined {
  const bare = unwrapAlias(type);
  return bare.kind === 'shape' ? bare.shape : undefined;
}
