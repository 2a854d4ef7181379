import type { DefinitionFile } from '../parse/definition-file.ts';
import type { SourceRange } from '../source/source-file.ts';
import type { Field, TypeModel } from './type-model.ts';

/** A service as the definition describes it: all that the emitters need. */
export interface ServiceModel {
  /** As declared, for example `ComputeService`; the first half of method names on the wire. */
  readonly name: string;
  /** Without a trailing `Service`: the stem of class names. */
  readonly stem: string;
  readonly file: DefinitionFile;
  readonly at: SourceRange;
  readonly doc: readonly string[];
  readonly methods: readonly MethodModel[];
  /** The service's own error type, if it has one. */
  readonly error: TypeModel | undefined;
}

/** One method of a service. */
export interface MethodModel {
  readonly name: string;
  readonly kind: CallKind;
  readonly at: SourceRange;
  readonly doc: readonly string[];
  readonly request: RequestModel;
  /** `undefined` for a method that answers nothing (`Promise<void>`). */
  readonly response: TypeModel | undefined;
  readonly idempotent: boolean;
  readonly safe: boolean;
  readonly timeoutMs: number | undefined;
}

/** The four shapes of a call. */
export type CallKind = 'unary' | 'serverStreaming' | 'clientStreaming' | 'bidirectional';

/** What a client sends: parameters that travel as one struct, or a stream of items. */
export type RequestModel =
  | {
      readonly kind: 'parameters';
      readonly parameters: readonly Field[];
      /** In the order of the lock file: see {@link FieldList}. */
      readonly wire?: readonly Field[] | undefined;
    }
  | { readonly kind: 'stream'; readonly name: string; readonly item: TypeModel };

/** The types that stand in a service's messages, in order: parameters or items, answers, and the error. */
export function rootTypesOf(service: ServiceModel): readonly TypeModel[] {
  const roots: TypeModel[] = [];
  for (const { request, response } of service.methods) {
    if (request.kind === 'stream') roots.push(request.item);
    else roots.push(...request.parameters.map((parameter) => parameter.type));
    if (response !== undefined) roots.push(response);
  }
  if (service.error !== undefined) roots.push(service.error);
  return roots;
}
