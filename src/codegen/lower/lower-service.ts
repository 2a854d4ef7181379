import type { TSInterfaceDeclaration, TSMethodSignature, TSType } from 'oxc-parser';
import type { MethodModel, ServiceModel } from '../model/service-model.ts';
import { type TypeModel, unwrapAlias } from '../model/type-model.ts';
import type { Declaration, DefinitionFile } from '../parse/definition-file.ts';
import { docCommentBefore } from '../parse/doc-comment.ts';
import { checkTags, DECLARATION_TAGS } from './known-tags.ts';
import { rangeOf, type Spanned } from './lower-context.ts';
import { lowerMethod } from './lower-method.ts';
import type { TypeLowering } from './lower-type.ts';
import { INHERITED_NAMES } from './refusals.ts';

/** Reads every service of a definition file. */
export function lowerServices(lowering: TypeLowering, file: DefinitionFile): readonly ServiceModel[] {
  const services: ServiceModel[] = [];
  for (const declaration of file.declarations.values()) {
    if (declaration.node.type !== 'TSInterfaceDeclaration') continue;
    const heritage = serviceHeritage(lowering, file, declaration.node);
    if (heritage !== undefined) services.push(new ServiceReader(lowering, declaration, heritage).read(declaration.node));
    else refuseInheritance(lowering, file, declaration.node);
  }
  if (services.length === 0 && file.isValid) {
    const hint =
      "write 'export interface NameService extends Service { … }' with Service imported from the library; give files that only hold types a name without .rpc";
    lowering.diagnostics.report({ file: file.source, start: 0, end: 1 }, 'no service in this file', hint);
  }
  return services;
}

type Heritage = TSInterfaceDeclaration['extends'][number];

function serviceHeritage(lowering: TypeLowering, file: DefinitionFile, node: TSInterfaceDeclaration): Heritage | undefined {
  return node.extends.find(({ expression }) => {
    if (expression.type !== 'Identifier') return false;
    const resolution = lowering.files.resolve(file, expression.name);
    return resolution.kind === 'library' && resolution.name === 'Service';
  });
}

/** An interface that extends a service looks like one: it would be left out without a word. */
function refuseInheritance(lowering: TypeLowering, file: DefinitionFile, node: TSInterfaceDeclaration): void {
  for (const base of node.extends) {
    const resolution = base.expression.type === 'Identifier' ? lowering.files.resolve(file, base.expression.name) : undefined;
    if (resolution?.kind !== 'declaration' || resolution.declaration.node.type !== 'TSInterfaceDeclaration') continue;
    const { declaration } = resolution;
    if (serviceHeritage(lowering, declaration.file, resolution.declaration.node) === undefined) continue;
    const message = `'${node.id.name}' extends the service ${declaration.name} and is no service itself`;
    lowering.diagnostics.report(
      rangeOf(file, base),
      message,
      "write 'extends Service' and repeat the methods, or split them into two services",
    );
  }
}

class ServiceReader {
  readonly #lowering: TypeLowering;
  readonly #declaration: Declaration;
  readonly #heritage: Heritage;

  constructor(lowering: TypeLowering, declaration: Declaration, heritage: Heritage) {
    this.#lowering = lowering;
    this.#declaration = declaration;
    this.#heritage = heritage;
  }

  read(node: TSInterfaceDeclaration): ServiceModel {
    const { name, file, statementStart } = this.#declaration;
    const stem = name.replace(/Service$/u, '') || name;
    if (node.extends.length > 1)
      this.#report(node.id, 'a service extends Service and nothing else', 'repeat the methods in this interface');
    if (node.typeParameters !== null && node.typeParameters !== undefined)
      this.#report(node.typeParameters, 'a service cannot be generic', 'name the types');
    const methods = this.#methods(node);
    if (node.body.body.length === 0) this.#report(node.id, `${name} has no methods`, 'add one, for example: ping(): Promise<void>');
    const error = this.#error(stem);
    const doc = docCommentBefore(file, statementStart);
    checkTags(this.#lowering, { file, doc, allowed: DECLARATION_TAGS });
    return {
      name,
      stem,
      file,
      at: rangeOf(file, node.id),
      doc: doc?.lines ?? [],
      methods,
      error,
    };
  }

  #methods(node: TSInterfaceDeclaration): MethodModel[] {
    const methods = new Map<string, MethodModel>();
    for (const member of node.body.body) {
      const name = member.type === 'TSMethodSignature' ? this.#methodName(member) : undefined;
      if (member.type !== 'TSMethodSignature')
        this.#report(member, 'a service has methods only', 'write it as a method: name(parameter: T): Promise<R>');
      if (member.type !== 'TSMethodSignature' || name === undefined) continue;
      if (methods.has(name)) this.#report(member.key, `the method '${name}' is declared twice`, 'give each method a name of its own');
      const method = lowerMethod(this.#lowering, { file: this.#declaration.file, service: this.#declaration.name, name, node: member });
      if (method !== undefined) methods.set(name, method);
    }
    return [...methods.values()];
  }

  #methodName(node: TSMethodSignature): string | undefined {
    if (node.kind !== 'method' || node.computed || node.key.type !== 'Identifier') {
      this.#report(node.key, 'a method needs a plain name', "write the name out: 'name(parameter: T): Promise<R>'");
      return undefined;
    }
    const { name } = node.key;
    if (node.optional) this.#report(node.key, 'a method cannot be optional', "remove the '?'");
    if (RESERVED_METHODS.has(name) || INHERITED_NAMES.has(name)) {
      this.#report(
        node.key,
        `a method cannot be named '${name}'`,
        `generated clients use this name themselves; choose another, for example '${name}Task'`,
      );
      return undefined;
    }
    return name;
  }

  #error(stem: string): TypeModel | undefined {
    const [node, ...rest] = this.#heritage.typeArguments?.params ?? [];
    if (node === undefined || node.type === 'TSNeverKeyword') return undefined;
    if (rest.length > 0) this.#report(this.#heritage, 'Service takes one type, the error', 'remove the others');
    const type = this.#lowering.lower(node, { file: this.#declaration.file, hint: `${stem}Error` });
    if (type !== undefined && !this.#isNamedShape(node, type)) {
      this.#report(
        node,
        'the error of a service must be a declared object type or union of object types',
        'declare it by name: export type NameError = …',
      );
    }
    return type;
  }

  #isNamedShape(node: TSType, type: TypeModel): boolean {
    return node.type === 'TSTypeReference' && unwrapAlias(type).kind === 'shape';
  }

  #report(node: Spanned, message: string, hint: string): void {
    this.#lowering.diagnostics.report(rangeOf(this.#declaration.file, node), message, hint);
  }
}

/** Names that a generated client has for itself, and `then`, which would make it look like a promise. */
const RESERVED_METHODS: ReadonlySet<string> = new Set(['close', 'connect', 'then']);
