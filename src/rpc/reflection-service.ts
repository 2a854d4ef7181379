import type { MethodSlot } from '../call/method-table.ts';
import { jsonCodec, jsonList, jsonProperty, jsonText } from '../wire/json-codec.ts';
import type { AnyMethod, MethodDescriptor, MethodKind, MethodTypes } from '../wire/method.ts';
import type { ServiceRegistration } from './service.ts';

/** A service as its server describes it. */
export interface ServiceDescription {
  /** What stands before the last dot of its methods' names. */
  readonly name: string;
  readonly methods: readonly MethodDescription[];
  /** What the names in the types of its methods stand for, as TypeScript text. */
  readonly types: Readonly<Record<string, string>>;
}

/** A method as its server describes it. */
export interface MethodDescription {
  /** `Service.method`, to call it by. */
  readonly name: string;
  readonly kind: MethodKind;
  /** Takes and gives bytes: it has no definition, and no types. */
  readonly isRaw: boolean;
  /** 16 hex digits over everything that shapes its bytes; empty for raw methods. */
  readonly fingerprint: string;
  /** Whether it may be called twice. */
  readonly idempotent: boolean;
  /** Whether it changes nothing. */
  readonly safe: boolean;
  /** The deadline its definition gives to calls, in milliseconds; 0 is none; absent when it gives none. */
  readonly timeoutMs?: number;
  /** TypeScript text; absent for raw methods and for code generated without types. */
  readonly types?: Pick<MethodTypes, 'request' | 'response' | 'error'>;
}

/** Lists the services of a server. On the wire: JSON, `{}` and `{"services":[…]}`. */
export const reflectionMethod: MethodDescriptor<undefined, readonly ServiceDescription[]> = {
  name: 'rpcnet.reflection.services',
  kind: 'unary',
  request: jsonCodec(
    () => ({}),
    () => undefined,
  ),
  response: jsonCodec(
    (services) => ({ services }),
    (json) => jsonList(json, 'services', readService),
  ),
  fingerprint: '',
  idempotent: true,
  safe: true,
};

/** Lets clients ask what there is to call. What the library itself serves (`rpcnet.…`) is left out. */
export function reflectionService(slots: () => readonly MethodSlot[]): ServiceRegistration {
  const handle = (): readonly ServiceDescription[] => describeServices(slots().map(({ method }) => method));
  return { name: 'rpcnet.reflection', methods: [{ kind: 'unary', method: reflectionMethod, handle }] };
}

/** The service that a method belongs to. */
export function serviceOf(methodName: string): string {
  return methodName.slice(0, Math.max(0, methodName.lastIndexOf('.')));
}

function describeServices(methods: readonly AnyMethod[]): ServiceDescription[] {
  const byService = new Map<string, AnyMethod[]>();
  for (const method of methods) {
    if (method.name.startsWith('rpcnet.')) continue;
    const service = serviceOf(method.name);
    byService.set(service, [...(byService.get(service) ?? []), method]);
  }
  return [...byService].map(([name, own]) => ({
    name,
    methods: own.map(describeMethod),
    types: Object.assign({}, ...own.map(({ types }) => types?.named)) as Record<string, string>,
  }));
}

function describeMethod({ name, kind, fingerprint, idempotent, safe, timeoutMs, types }: AnyMethod): MethodDescription {
  return {
    name,
    kind,
    isRaw: fingerprint === '',
    fingerprint,
    idempotent: idempotent ?? false,
    safe: safe ?? false,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(types === undefined ? {} : { types: methodTypes(types.request, types.response, types.error) }),
  };
}

function readService(json: unknown): ServiceDescription {
  return { name: jsonText(json, 'name'), methods: jsonList(json, 'methods', readMethod), types: readNamed(jsonProperty(json, 'types')) };
}

function readMethod(json: unknown): MethodDescription {
  const timeoutMs = jsonProperty(json, 'timeoutMs');
  const types = jsonProperty(json, 'types');
  return {
    name: jsonText(json, 'name'),
    kind: readKind(jsonText(json, 'kind')),
    isRaw: jsonProperty(json, 'isRaw') === true,
    fingerprint: jsonText(json, 'fingerprint'),
    idempotent: jsonProperty(json, 'idempotent') === true,
    safe: jsonProperty(json, 'safe') === true,
    ...(typeof timeoutMs === 'number' ? { timeoutMs } : {}),
    ...(types === undefined ? {} : { types: readTypes(types) }),
  };
}

function readKind(kind: string): MethodKind {
  const known = KINDS.find((one) => one === kind);
  if (known === undefined) throw new TypeError(`expected kind to be one of ${KINDS.join(', ')}, got ${JSON.stringify(kind)}`);
  return known;
}

function readTypes(json: unknown): Pick<MethodTypes, 'request' | 'response' | 'error'> {
  const error = jsonProperty(json, 'error') === undefined ? undefined : jsonText(json, 'error');
  return methodTypes(jsonText(json, 'request'), jsonText(json, 'response'), error);
}

function readNamed(json: unknown): Record<string, string> {
  if (json === undefined) return {};
  if (typeof json !== 'object' || json === null) throw new TypeError(`expected types to be an object, got ${typeof json}`);
  return Object.fromEntries(Object.keys(json).map((name) => [name, jsonText(json, name)]));
}

function methodTypes(request: string, response: string, error: string | undefined): Pick<MethodTypes, 'request' | 'response' | 'error'> {
  return { request, response, ...(error === undefined ? {} : { error }) };
}

const KINDS: readonly MethodKind[] = ['unary', 'serverStreaming', 'clientStreaming', 'bidirectional'];
