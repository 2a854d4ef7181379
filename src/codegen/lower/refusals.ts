/** What to say about a type that cannot travel, and the usual way out. */
export interface Refusal {
  readonly message: string;
  readonly hint: string;
}

/** Refusals by syntax node type. */
export const REFUSED_SYNTAX: Readonly<Record<string, Refusal>> = {
  TSAnyKeyword: { message: "'any' cannot be encoded", hint: 'name the type that travels here; unknown or Json carry any JSON value' },
  TSNeverKeyword: { message: "'never' has no values to encode", hint: 'remove this field' },
  TSObjectKeyword: {
    message: "'object' cannot be encoded",
    hint: 'declare an interface with the fields that travel, or use Record<string, T>',
  },
  TSSymbolKeyword: { message: "'symbol' cannot be encoded", hint: 'use a string' },
  TSVoidKeyword: { message: "'void' is only a method's whole answer: Promise<void>", hint: 'make the field optional or use null' },
  TSUndefinedKeyword: { message: "'undefined' cannot be encoded on its own", hint: "make the field optional: 'name?: T'" },
  TSThisType: { message: "'this' cannot be encoded", hint: 'name the interface' },
  TSFunctionType: { message: 'functions cannot be encoded', hint: 'let the value travel and call the function on either side' },
  TSConstructorType: { message: 'constructors cannot be encoded', hint: 'let the value travel' },
  TSConditionalType: { message: 'conditional types are not supported', hint: 'write the resulting type' },
  TSMappedType: { message: 'mapped types are not supported', hint: 'use Record<K, T>, or write the fields out in an interface' },
  TSIndexedAccessType: { message: 'indexed access types are not supported', hint: 'declare the type by name and use it in both places' },
  TSTypeQuery: { message: "'typeof' is not supported: the file is never executed", hint: 'write the type out' },
  TSImportType: { message: "'import(…)' types are not supported", hint: "use 'import type { Name } from …' at the top" },
  TSTemplateLiteralType: { message: 'template literal types are not supported', hint: 'use string, with @pattern if its form matters' },
  TSInferType: { message: "'infer' is not supported", hint: 'write the resulting type' },
  TSTypePredicate: { message: 'type predicates are not supported', hint: 'use boolean' },
  TSIntrinsicKeyword: { message: "'intrinsic' is not supported", hint: 'write the resulting type' },
};

/** Refusals by the name of a global or utility type. */
export const REFUSED_NAMES: Readonly<Record<string, Refusal>> = {
  Buffer: { message: "'Buffer' exists only in Node.js", hint: 'use Uint8Array: a Buffer is one and may be passed' },
  ...Object.fromEntries(
    [
      'ArrayBuffer',
      'ArrayBufferLike',
      'Blob',
      'DataView',
      'SharedArrayBuffer',
      'Int8Array',
      'Uint8ClampedArray',
      'BigInt64Array',
      'BigUint64Array',
    ].map((name) => [name, { message: `'${name}' is not supported`, hint: 'use Uint8Array' }]),
  ),
  ...Object.fromEntries(
    ['Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'Float32Array', 'Float64Array'].map((name) => [
      name,
      { message: `'${name}' is not supported`, hint: 'use an array of numbers, or Uint8Array over the same buffer' },
    ]),
  ),
  Promise: { message: "'Promise' is only a method's return type", hint: 'use the type inside' },
  Stream: { message: "'Stream' is only a method's single parameter or its return type", hint: 'use an array for a list inside a message' },
  AsyncIterable: {
    message: "'AsyncIterable' is only a method's single parameter or its return type",
    hint: 'use an array for a list inside a message',
  },
  Service: { message: 'a service is not a value', hint: 'use an interface without Service' },
  Object: { message: "'Object' cannot be encoded", hint: 'declare an interface with the fields that travel, or use Record<string, T>' },
  Function: { message: 'functions cannot be encoded', hint: 'let the value travel and call the function on either side' },
  String: { message: "'String' is the object around a string", hint: 'use string' },
  Number: { message: "'Number' is the object around a number", hint: 'use number' },
  Boolean: { message: "'Boolean' is the object around a boolean", hint: 'use boolean' },
  BigInt: { message: "'BigInt' is the object around a bigint", hint: 'use bigint' },
  Symbol: { message: "'Symbol' cannot be encoded", hint: 'use a string' },
  Error: {
    message: "'Error' is a class: its stack and causes stay where they are",
    hint: 'use an interface with the fields that travel, or the error type of the service',
  },
  RegExp: { message: "'RegExp' cannot be encoded", hint: 'use a string with its source' },
  URL: { message: "'URL' is a class", hint: 'use a string with its href' },
  WeakMap: { message: "'WeakMap' cannot be listed", hint: 'use Map' },
  WeakSet: { message: "'WeakSet' cannot be listed", hint: 'use Set' },
  ReadableStream: { message: "'ReadableStream' cannot be encoded", hint: "use Stream as the method's parameter or return type" },
};

/** Of an object type or an intersection that has both. */
export const FIELDS_BESIDE_INDEX: Refusal = {
  message: 'an object type has either fields or an index signature, not both',
  hint: 'put the open part into a field of its own: more: Record<string, T>',
};

/** What to say about a helper of TypeScript's that computes a type by conditions; nothing for other names. */
export function refuseConditional(name: string): Refusal | undefined {
  if (!CONDITIONAL_HELPERS.has(name)) return undefined;
  return { message: `'${name}' is not supported: it computes a type`, hint: 'write the resulting type' };
}

/** What to say about a name that stands for nothing. */
export function refuseMissing(name: string): Refusal {
  const meant = LIBRARY_TYPES.has(name) ? `import it: import type { ${name} } from 'rpcnet'` : undefined;
  return { message: `cannot find the type '${name}'`, hint: meant ?? 'declare it in this file or import it with a relative path' };
}

const CONDITIONAL_HELPERS: ReadonlySet<string> = new Set([
  'Awaited',
  'Capitalize',
  'ConstructorParameters',
  'Exclude',
  'Extract',
  'InstanceType',
  'Lowercase',
  'NoInfer',
  'OmitThisParameter',
  'Parameters',
  'ReturnType',
  'ThisParameterType',
  'ThisType',
  'Uncapitalize',
  'Uppercase',
]);

/** What a definition imports from the library. */
const LIBRARY_TYPES: ReadonlySet<string> = new Set([
  'Json',
  'Service',
  'Stream',
  'float32',
  'int16',
  'int32',
  'int64',
  'int8',
  'uint16',
  'uint32',
  'uint64',
  'uint8',
]);

/** Names every object already has: a missing field would look present. */
export const INHERITED_NAMES: ReadonlySet<string> = new Set([...Object.getOwnPropertyNames(Object.prototype), '__proto__']);
