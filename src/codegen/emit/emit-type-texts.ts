import type { MethodModel } from '../model/service-model.ts';
import type { Scalar, TypeModel } from '../model/type-model.ts';
import { FileContext } from './file-context.ts';
import { propertyKey, quote, type SourcePrinter, wrapItems } from './source-printer.ts';

/**
 * Emits the types of a service as text: what a server with reflection tells of its methods. A constant holds what each declared type stands for, and
 * every method names its own types.
 */
export class TypeTextEmitter {
  readonly #printer: SourcePrinter;
  /** Gives types as text; what it notes as imports interests nobody. */
  readonly #texts: FileContext;
  readonly #constant: string;

  constructor(context: FileContext) {
    this.#printer = context.printer;
    this.#texts = new WordedTypes(context.names, context.settings);
    this.#constant = context.names.typeTexts;
  }

  /** The constant; nothing for a service without types of its own. */
  declaredTypes(): void {
    const { names } = this.#texts;
    if (names.declared.size === 0) return;
    this.#printer.doc([`The types of ${names.service.name} in words, for servers with reflection.`]);
    this.#printer.block(
      `const ${this.#constant} = {`,
      () => {
        for (const { name, text } of this.#declarations()) this.#printer.line(`${propertyKey(name)}: ${quoteTypes(text)},`);
      },
      '} as const;',
    );
    this.#printer.line();
  }

  /** The entry of one method's descriptor. */
  methodTypes(method: MethodModel): void {
    const { names } = this.#texts;
    const { request, response } = method;
    const { error } = names.service;
    const sent = request.kind === 'stream' ? this.#texts.typeText(request.item) : this.#texts.structText(request.parameters);
    const items = [
      `request: ${quoteTypes(request.kind === 'parameters' && request.parameters.length === 0 ? 'void' : sent)}`,
      `response: ${quoteTypes(response === undefined ? 'void' : this.#texts.typeText(response))}`,
      ...(error === undefined ? [] : [`error: ${quoteTypes(this.#texts.typeText(error))}`]),
      ...(names.declared.size === 0 ? [] : [`named: ${this.#constant}`]),
    ];
    for (const line of wrapItems('types: { ', items, ' },')) this.#printer.line(line);
  }

  #declarations(): { readonly name: string; readonly text: string }[] {
    const { names } = this.#texts;
    const byName = new Map<string, string>();
    // The alias of a union of objects is the name of its shape: the shape comes second and counts.
    for (const { declaration, typeText, target } of names.aliases) {
      byName.set(typeText ?? declaration.name, this.#texts.typeText(target as TypeModel));
    }
    for (const shape of names.shapes) {
      const name = shape.typeText ?? shape.declaration?.name;
      if (name !== undefined) byName.set(name, this.#texts.bodyText(shape));
    }
    return [...byName].map(([name, text]) => ({ name, text })).sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

/** Names sized numbers as the definition does: how they travel is what a reader wants to know. */
class WordedTypes extends FileContext {
  protected override scalarText(scalar: Scalar, isUnknown: boolean): string {
    return scalar === 'bytes' || scalar === 'date' || scalar === 'json' ? super.scalarText(scalar, isUnknown) : scalar;
  }
}

/** Types are full of single quotes: in double ones they need no escapes. */
function quoteTypes(text: string): string {
  return text.includes("'") && !/["\\]/u.test(text) ? `"${text}"` : quote(text);
}
