import { schemaText } from '../../util/schema/schema-text.ts';
import { describeService } from '../evolution/describe-service.ts';
import { methodSchema, type ServiceSchema } from '../evolution/service-schema.ts';
import type { MethodModel } from '../model/service-model.ts';
import type { FileContext } from './file-context.ts';
import { methodFingerprint } from './fingerprint.ts';
import { NumberedTypes } from './numbered-types.ts';
import { quote } from './source-printer.ts';

/** Emits what two sides compare: the fingerprint of each method, and for when they differ the layout of its messages. */
export class SchemaEmitter {
  readonly #context: FileContext;
  readonly #schema: ServiceSchema;
  readonly #numbered: NumberedTypes;

  constructor(context: FileContext) {
    this.#context = context;
    this.#schema = describeService(context.names.service);
    this.#numbered = new NumberedTypes(this.#schema.types);
  }

  /** The constant with the layouts of all objects, which the methods share. Before the descriptors, which use it at once. */
  shapes(): void {
    const { printer, names } = this.#context;
    for (const { request, response } of this.#schema.methods.values()) {
      this.#numbered.type(request);
      if (response !== undefined) this.#numbered.type(response);
    }
    if (this.#schema.error !== undefined) this.#numbered.type(this.#schema.error);
    const texts = this.#numbered.texts();
    if (texts.length === 0) return;
    printer.line();
    printer.block(
      `const ${names.shapeLayouts}: readonly string[] = [`,
      () => {
        for (const text of texts) printer.line(`${quote(text)},`);
      },
      '];',
    );
    printer.line();
  }

  /** The members of a method's descriptor. */
  members(method: MethodModel): void {
    const { printer, names } = this.#context;
    const own = this.#schema.methods.get(method.name);
    if (own === undefined) return;
    const { request, response, error } = methodSchema(this.#schema, own);
    printer.line(`fingerprint: ${quote(methodFingerprint(methodSchema(this.#schema, own)))},`);
    printer.block(
      'schema: {',
      () => {
        printer.line(`request: ${quote(schemaText(this.#numbered.type(request)))},`);
        if (response !== undefined) printer.line(`response: ${quote(schemaText(this.#numbered.type(response)))},`);
        if (error !== undefined) printer.line(`error: ${quote(schemaText(this.#numbered.type(error)))},`);
        printer.line(`shapes: ${this.#numbered.isEmpty ? '[]' : names.shapeLayouts},`);
      },
      '},',
    );
  }
}
