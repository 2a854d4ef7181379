import { SCALAR_TEXTS } from '../model/scalar-texts.ts';
import type { AliasModel, Field, Shape, TypeModel } from '../model/type-model.ts';
import type { Declaration } from '../parse/definition-file.ts';
import { type Naming, sourceOfLiteral } from './lower-context.ts';

/** Writes a type as TypeScript, and collects the declarations it names. */
export type WriteType = (type: TypeModel) => string;

/** A shape or alias whose text is set when everything is read. */
export type Named<T extends Shape | AliasModel> = T & {
  typeText?: string;
  mentions?: readonly Declaration[];
  mentionsJson?: boolean;
};

/** What a text names: declarations, and the library's `Json`. */
type Mentions = Set<Declaration | 'Json'>;

/** How a use of a type is written: given a writer for its parts, and the declarations it names itself. */
export interface UseText {
  readonly mentions: readonly Declaration[];
  readonly write: (part: WriteType) => string;
}

/** How a use of a generic type is written: `Page<User>`. */
export function useText({ declaration, typeArguments }: Naming): UseText {
  return { mentions: [declaration], write: (part) => `${declaration.name}<${typeArguments.map(part).join(', ')}>` };
}

/** Gives uses of generic and derived types the text by which generated code names them: `Page<User>`, `Pick<User, 'id'>`. */
export class TypeTexts {
  readonly #uses = new Map<Named<Shape> | Named<AliasModel>, UseText>();

  add(named: Named<Shape> | Named<AliasModel>, use: UseText): void {
    this.#uses.set(named, use);
  }

  /** Sets all texts. Call it when every body is read: inline objects are written out. */
  finish(): void {
    for (const [named, use] of this.#uses) {
      const mentions: Mentions = new Set();
      named.typeText = this.#write(use, mentions);
      named.mentions = [...mentions].filter((mention) => mention !== 'Json');
      if (mentions.has('Json')) named.mentionsJson = true;
    }
    this.#uses.clear();
  }

  #write(use: UseText, mentions: Mentions): string {
    for (const declaration of use.mentions) mentions.add(declaration);
    return use.write((part) => this.#text(part, mentions));
  }

  #text(type: TypeModel, mentions: Mentions): string {
    const write: WriteType = (part) => this.#text(part, mentions);
    switch (type.kind) {
      case 'scalar':
        if (type.scalar === 'json') return jsonText(type.isUnknown === true, mentions);
        return SCALAR_TEXTS[type.scalar];
      case 'literals':
        return type.values.map(sourceOfLiteral).join(' | ');
      case 'list':
        return listText(write(type.item), type.readonly);
      case 'set':
        return `${type.readonly === true ? 'ReadonlySet' : 'Set'}<${write(type.item)}>`;
      case 'map':
        return `${type.readonly === true ? 'ReadonlyMap' : 'Map'}<${write(type.key)}, ${write(type.value)}>`;
      case 'record':
        return `Record<string, ${write(type.value)}>`;
      case 'tuple':
        return tupleText(type, write);
      case 'nullable':
        return `${write(type.inner)} | null`;
      case 'undefinable':
        return `${write(type.inner)} | undefined`;
      case 'limited':
        return write(type.inner);
      case 'choice':
        return type.members.map(write).join(' | ');
      case 'alias':
        return this.#named(type, mentions) ?? type.declaration.name;
      case 'shape':
        return this.#named(type.shape, mentions) ?? this.#inlineText(type.shape, mentions);
    }
  }

  #named(named: Shape | AliasModel, mentions: Mentions): string | undefined {
    const use = this.#uses.get(named);
    if (use !== undefined) return this.#write(use, mentions);
    if (named.declaration !== undefined) {
      mentions.add(named.declaration);
      return named.declaration.name;
    }
    return undefined;
  }

  /** Inline object types are structs: unions and derived types have a text of their own. */
  #inlineText(shape: Shape, mentions: Mentions): string {
    const fields = shape.body?.kind === 'struct' ? shape.body.fields : [];
    if (fields.length === 0) return 'Record<string, never>';
    return `{ ${fields.map((field) => this.#fieldText(field, mentions)).join('; ')} }`;
  }

  #fieldText(field: Field, mentions: Mentions): string {
    const name = /^[A-Za-z_$][\w$]*$/u.test(field.name) ? field.name : sourceOfLiteral(field.name);
    const more = field.optional && field.allowsUndefined ? ' | undefined' : '';
    return `${name}${field.optional ? '?' : ''}: ${this.#text(field.type, mentions)}${more}`;
  }
}

/** The text where a `|`, `&` or `readonly` must not reach beyond it. */
export function parenthesized(text: string): string {
  return /^[\w$]+(?:<.*>)?$/u.test(text) ? text : `(${text})`;
}

function jsonText(isUnknown: boolean, mentions: Mentions): string {
  if (isUnknown) return 'unknown';
  mentions.add('Json');
  return 'Json';
}

function listText(item: string, readonly: boolean): string {
  if (/^[\w$]+$/u.test(item)) return `${readonly ? 'readonly ' : ''}${item}[]`;
  return `${readonly ? 'ReadonlyArray' : 'Array'}<${item}>`;
}

function tupleText(type: Extract<TypeModel, { kind: 'tuple' }>, write: WriteType): string {
  const items = type.items.map((item, index) => (index < type.required ? write(item) : `${parenthesized(write(item))}?`));
  if (type.rest !== undefined) items.push(`...Array<${write(type.rest)}>`);
  return `${type.readonly === true ? 'readonly ' : ''}[${items.join(', ')}]`;
}
