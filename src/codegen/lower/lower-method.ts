import type { ParamPattern, TSMethodSignature, TSType } from 'oxc-parser';
import type { MethodModel, RequestModel } from '../model/service-model.ts';
import type { Field, TypeModel } from '../model/type-model.ts';
import type { DefinitionFile } from '../parse/definition-file.ts';
import { type DocComment, type DocTag, docCommentBefore } from '../parse/doc-comment.ts';
import { checkTags, LIMIT_TAGS, METHOD_TAGS } from './known-tags.ts';
import { limited, readLimits } from './limits.ts';
import { rangeOf, type Spanned, scalar, type TypeEnvironment, type TypePlace, toPascalCase } from './lower-context.ts';
import { optionality } from './lower-fields.ts';
import type { TypeLowering } from './lower-type.ts';

/** A method as it stands in the source. */
interface MethodSyntax {
  readonly file: DefinitionFile;
  readonly service: string;
  readonly name: string;
  readonly node: TSMethodSignature;
}

/** Reads one method: its kind from where `Stream` stands, its types, and the tags of its doc comment. */
export function lowerMethod(lowering: TypeLowering, syntax: MethodSyntax): MethodModel | undefined {
  return new MethodReader(lowering, syntax).read();
}

class MethodReader {
  readonly #lowering: TypeLowering;
  readonly #syntax: MethodSyntax;
  readonly #doc: DocComment | undefined;
  /** What the type parameters of a method that is refused for them stand for, so that reading goes on. */
  readonly #environment: TypeEnvironment;

  constructor(lowering: TypeLowering, syntax: MethodSyntax) {
    this.#lowering = lowering;
    this.#syntax = syntax;
    this.#doc = docCommentBefore(syntax.file, syntax.node.start);
    this.#environment = new Map(syntax.node.typeParameters?.params.map((parameter) => [parameter.name.name, scalar('string')]));
  }

  read(): MethodModel | undefined {
    const { file, name, node } = this.#syntax;
    if (node.typeParameters !== null && node.typeParameters !== undefined) {
      this.#report(node.typeParameters, 'a method cannot be generic', 'name the types');
    }
    checkTags(this.#lowering, { file, doc: this.#doc, allowed: METHOD_TAGS });
    this.#checkLimitTags(node.params);
    const request = this.#request(node.params);
    const answer = this.#answer();
    if (request === undefined || answer === undefined) return undefined;
    const doc = this.#doc;
    const hasTag = (wanted: string): boolean => doc?.tags.some(({ name }) => name === wanted) ?? false;
    const kind = callKind(request.kind === 'stream', answer.streams);
    return {
      name,
      kind,
      at: rangeOf(file, node.key),
      doc: doc?.lines ?? [],
      request,
      response: answer.type,
      // What changes nothing may be run twice.
      idempotent: hasTag('idempotent') || hasTag('safe'),
      safe: hasTag('safe'),
      timeoutMs: this.#timeout(doc),
    };
  }

  #request(params: readonly ParamPattern[]): RequestModel | undefined {
    const parameters: Field[] = [];
    let isComplete = true;
    for (const param of params) {
      const annotation = param.type === 'Identifier' ? param.typeAnnotation?.typeAnnotation : undefined;
      if (param.type !== 'Identifier' || annotation === undefined) {
        this.#report(param, 'a parameter needs a plain name and a type', 'write it as name: T');
        isComplete = false;
        continue;
      }
      if (parameters.some(({ name }) => name === param.name)) {
        this.#report(param, `the parameter '${param.name}' is declared twice`, 'give each parameter a name of its own');
      }
      const stream = this.#streamItem(annotation);
      if (stream !== undefined) return this.#streamRequest(param, stream, params.length);
      const type = this.#limited(param.name, this.#lowering.lower(annotation, this.#place(param.name)));
      if (type === undefined) isComplete = false;
      // A caller may write `undefined` for a parameter that it leaves out.
      else parameters.push({ name: param.name, ...optionality(type, isOptional(param)), allowsUndefined: true, at: this.#range(param) });
    }
    return isComplete ? { kind: 'parameters', parameters } : undefined;
  }

  /** The type with the limits that the doc comment gives this parameter: `@maxLength name 20`. */
  #limited(name: string, type: TypeModel | undefined): TypeModel | undefined {
    const limits = readLimits(this.#lowering, this.#syntax.file, this.#limitTags(name));
    return type === undefined || limits === undefined ? type : limited(this.#lowering, type, limits);
  }

  #limitTags(parameter: string): readonly DocTag[] {
    return (this.#doc?.tags ?? []).flatMap((tag) => {
      const [word = ''] = tag.text.split(/\s/u);
      return LIMIT_TAGS.has(tag.name) && word === parameter ? [{ ...tag, text: tag.text.slice(word.length).trim() }] : [];
    });
  }

  #checkLimitTags(params: readonly ParamPattern[]): void {
    const names = new Set(params.map((param) => (param.type === 'Identifier' ? param.name : '')));
    for (const tag of this.#doc?.tags ?? []) {
      const [name = ''] = tag.text.split(/\s+/u);
      if (!LIMIT_TAGS.has(tag.name) || names.has(name)) continue;
      const [example = 'name'] = names;
      this.#report(tag, `'@${tag.name}' of a method needs the name of a parameter first`, `write it as '@${tag.name} ${example} …'`);
    }
  }

  #streamRequest(
    param: Spanned & { readonly name: string; readonly optional?: boolean },
    item: TSType,
    count: number,
  ): RequestModel | undefined {
    if (count > 1) this.#report(param, 'a stream must be the only parameter', 'send the other values as the first item of the stream');
    if (isOptional(param)) this.#report(param, 'a stream cannot be optional', "remove the '?': a stream may be empty");
    const type = this.#limited(param.name, this.#lowering.lower(item, this.#place(`${param.name}Item`)));
    return type === undefined ? undefined : { kind: 'stream', name: param.name, item: type };
  }

  /** The answer's type; `type` is absent for `Promise<void>`. */
  #answer(): { readonly streams: boolean; readonly type: TypeModel | undefined } | undefined {
    const { node } = this.#syntax;
    const annotation = node.returnType?.typeAnnotation;
    const item = annotation === undefined ? undefined : this.#streamItem(annotation);
    if (item !== undefined) {
      const type = this.#lowering.lower(item, this.#place('responseItem'));
      return type === undefined ? undefined : { streams: true, type };
    }
    const promised =
      annotation === undefined ? undefined : this.#argumentOf(annotation, (name, kind) => kind === 'global' && name === 'Promise');
    if (promised === undefined) {
      this.#report(
        annotation ?? node.key,
        'a method returns Promise<T> or Stream<T>',
        'write the return type as Promise<T>, or Promise<void> for none',
      );
      return undefined;
    }
    if (promised.type === 'TSVoidKeyword' || promised.type === 'TSUndefinedKeyword') return { streams: false, type: undefined };
    const type = this.#lowering.lower(promised, this.#place('response'));
    return type === undefined ? undefined : { streams: false, type };
  }

  #streamItem(node: TSType): TSType | undefined {
    return this.#argumentOf(node, (name, kind) => (kind === 'library' ? name === 'Stream' : kind === 'global' && name === 'AsyncIterable'));
  }

  /** The type argument of a reference that `accepts` knows. */
  #argumentOf(node: TSType, accepts: (name: string, kind: string) => boolean): TSType | undefined {
    if (node.type !== 'TSTypeReference' || node.typeName.type !== 'Identifier') return undefined;
    const resolution = this.#lowering.files.resolve(this.#syntax.file, node.typeName.name);
    const name = resolution.kind === 'library' ? resolution.name : node.typeName.name;
    if (!accepts(name, resolution.kind)) return undefined;
    return node.typeArguments?.params.length === 1 ? node.typeArguments.params[0] : undefined;
  }

  #timeout(doc: DocComment | undefined): number | undefined {
    const tag = doc?.tags.find(({ name }) => name === 'timeout');
    if (tag === undefined) return undefined;
    const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)\b/u.exec(tag.text);
    const timeoutMs = match === null ? Number.NaN : Math.round(Number(match[1]) * (UNIT_MS[match[2] as string] as number));
    if (timeoutMs <= MAX_TIMEOUT_MS) return timeoutMs;
    this.#report(
      tag,
      `cannot read the timeout '${tag.text}'`,
      "write a number with a unit, for example '@timeout 500ms', '2s' or '1m'; '0s' is no deadline; at most 24 days",
    );
    return undefined;
  }

  #place(name: string): TypePlace {
    return { file: this.#syntax.file, hint: `${toPascalCase(this.#syntax.name)}${toPascalCase(name)}`, environment: this.#environment };
  }

  #range(node: Spanned): ReturnType<typeof rangeOf> {
    return rangeOf(this.#syntax.file, node);
  }

  #report(node: Spanned, message: string, hint: string): void {
    this.#lowering.diagnostics.report(this.#range(node), message, hint);
  }
}

function callKind(requestStreams: boolean, responseStreams: boolean): MethodModel['kind'] {
  if (requestStreams) return responseStreams ? 'bidirectional' : 'clientStreaming';
  return responseStreams ? 'serverStreaming' : 'unary';
}

function isOptional(param: { readonly optional?: boolean }): boolean {
  return param.optional === true;
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Timers of JavaScript reach 2^31 - 1 milliseconds. */
const MAX_TIMEOUT_MS = 2_147_483_647;
