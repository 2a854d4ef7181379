import type { ParamPattern, TSMethodSignature, TSType } from 'oxc-parser';
import type { MethodModel, RequestModel } from '../model/service-model.ts';
import type { Field, TypeModel } from '../model/type-model.ts';
import type { DefinitionFile } from '../parse/definition-file.ts';
import { type DocComment, docCommentBefore } from '../parse/doc-comment.ts';
import { rangeOf, type Spanned, type TypePlace, toPascalCase } from './lower-context.ts';
import { lowerOptional } from './lower-fields.ts';
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

  constructor(lowering: TypeLowering, syntax: MethodSyntax) {
    this.#lowering = lowering;
    this.#syntax = syntax;
  }

  read(): MethodModel | undefined {
    const { file, name, node } = this.#syntax;
    if (node.typeParameters !== null && node.typeParameters !== undefined) {
      this.#report(node.typeParameters, 'a method cannot be generic', 'name the types');
    }
    const request = this.#request(node.params);
    const answer = this.#answer();
    if (request === undefined || answer === undefined) return undefined;
    const doc = docCommentBefore(file, node.start);
    const kind = callKind(request.kind === 'stream', answer.streams);
    return {
      name,
      kind,
      at: rangeOf(file, node.key),
      doc: doc?.lines ?? [],
      request,
      response: answer.type,
      idempotent: doc?.tags.some((tag) => tag.name === 'idempotent') ?? false,
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
      const stream = this.#streamItem(annotation);
      if (stream !== undefined) return this.#streamRequest(param, stream, params.length);
      const type = this.#parameterType(param, annotation);
      if (type === undefined) isComplete = false;
      else parameters.push({ name: param.name, type, optional: isOptional(param), allowsUndefined: true, at: this.#range(param) });
    }
    return isComplete ? { kind: 'parameters', parameters } : undefined;
  }

  #parameterType(param: { readonly name: string; readonly optional?: boolean }, annotation: TSType): TypeModel | undefined {
    const place = this.#place(param.name);
    return isOptional(param) ? lowerOptional(this.#lowering, annotation, place) : this.#lowering.lower(annotation, place);
  }

  #streamRequest(
    param: Spanned & { readonly name: string; readonly optional?: boolean },
    item: TSType,
    count: number,
  ): RequestModel | undefined {
    if (count > 1) this.#report(param, 'a stream must be the only parameter', 'send the other values as the first item of the stream');
    if (isOptional(param)) this.#report(param, 'a stream cannot be optional', "remove the '?': a stream may be empty");
    const type = this.#lowering.lower(item, this.#place(`${param.name}Item`));
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
    return { file: this.#syntax.file, hint: `${toPascalCase(this.#syntax.name)}${toPascalCase(name)}` };
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
