/** What to say about a type that cannot travel, and the usual way out. */
export interface Refusal {
  readonly message: string;
  readonly hint: string;
}

/** Refusals by syntax node type. */
export const REFUSED_SYNTAX: Readonly<Record<string, Refusal>> = {
  TSAnyKeyword: { message: "'any' cannot be encoded", hint: 'name the type that travels here' },
  TSUnknownKeyword: { message: "'unknown' cannot be encoded", hint: 'name the type that travels here' },
  TSNeverKeyword: { message: "'never' has no values to encode", hint: 'remove this field' },
  TSObjectKeyword: { message: "'object' cannot be encoded", hint: 'declare an interface with the fields that travel' },
  TSSymbolKeyword: { message: "'symbol' cannot be encoded", hint: 'use a string' },
  TSVoidKeyword: { message: "'void' is only a method's whole answer: Promise<void>", hint: 'make the field optional or use null' },
  TSUndefinedKeyword: { message: "'undefined' cannot be encoded on its own", hint: "make the field optional: 'name?: T'" },
  TSThisType: { message: "'this' cannot be encoded", hint: 'name the interface' },
  TSFunctionType: { message: 'functions cannot be encoded', hint: 'let the value travel and call the function on either side' },
  TSConstructorType: { message: 'constructors cannot be encoded', hint: 'let the value travel' },
  TSTupleType: { message: 'tuples are not supported', hint: 'use an interface with a named field for each element, or an array' },
  TSIntersectionType: { message: "intersections ('&') are not supported", hint: "use 'interface A extends B'" },
  TSConditionalType: { message: 'conditional types are not supported', hint: 'write the resulting type' },
  TSMappedType: { message: 'mapped types are not supported', hint: 'write the fields out in an interface' },
  TSIndexedAccessType: { message: 'indexed access types are not supported', hint: 'declare the type by name and use it in both places' },
  TSTypeQuery: { message: "'typeof' is not supported: the file is never executed", hint: 'write the type out' },
  TSImportType: { message: "'import(…)' types are not supported", hint: "use 'import type { Name } from …' at the top" },
  TSTemplateLiteralType: { message: 'template literal types are not supported', hint: 'use string' },
  TSTypeOperator: { message: "'keyof' and 'unique' are not supported", hint: 'use a union of string literals' },
};

/** Refusals by the name of a global or utility type. */
export const REFUSED_NAMES: Readonly<Record<string, Refusal>> = {
  Buffer: { message: "'Buffer' exists only in Node.js", hint: 'use Uint8Array: a Buffer is one and may be passed' },
  ArrayBuffer: { message: "'ArrayBuffer' is not supported", hint: 'use Uint8Array' },
  Map: { message: "'Map' is not supported", hint: 'use an array of { key, value } objects' },
  Set: { message: "'Set' is not supported", hint: 'use an array' },
  Record: { message: "'Record' is not supported", hint: 'use an interface, or an array of { key, value } objects' },
  Promise: { message: "'Promise' is only a method's return type", hint: 'use the type inside' },
  Stream: { message: "'Stream' is only a method's single parameter or its return type", hint: 'use an array for a list inside a message' },
  AsyncIterable: {
    message: "'AsyncIterable' is only a method's single parameter or its return type",
    hint: 'use an array for a list inside a message',
  },
  Service: { message: 'a service is not a value', hint: 'use an interface without Service' },
};

/** What to say about a utility type such as `Partial`. */
export function refuseUtility(name: string): Refusal {
  return { message: `utility types such as '${name}' are not supported`, hint: 'write the fields out in an interface' };
}

/** TypeScript's own structural helpers. */
export const UTILITY_TYPES: ReadonlySet<string> = new Set([
  'Partial',
  'Required',
  'Readonly',
  'Pick',
  'Omit',
  'NonNullable',
  'Extract',
  'Exclude',
  'Awaited',
  'ReturnType',
  'Parameters',
]);

/** Names every object already has: a missing field would look present. */
export const INHERITED_NAMES: ReadonlySet<string> = new Set([...Object.getOwnPropertyNames(Object.prototype), '__proto__']);
