import { refused, taking } from '../../support/refused.ts';

refused('a field without a type is refused', taking('{ a }'), ['2:55', "the field 'a' has no type", 'write its type after a colon']);
refused('a field named constructor is refused', taking('{ constructor: string }'), [
  '2:55',
  "a field cannot be named 'constructor'",
  'every object already has this name; choose another',
]);
refused('a quoted field named __proto__ is refused', taking("{ '__proto__': string }"), [
  '2:55',
  "a field cannot be named '__proto__'",
  'every object already has this name; choose another',
]);
refused('a field named __proto__ is refused', taking('{ __proto__: string }'), [
  '2:55',
  "a field cannot be named '__proto__'",
  'every object already has this name; choose another',
]);
refused('a computed field name is refused', taking('{ [Symbol.iterator]: number }'), [
  '2:56',
  'a field needs a plain name',
  "write the name out: 'name: T'",
]);
refused('a method in a message is refused', taking('{ f(): void }'), [
  '2:55',
  'a message has fields only, no methods',
  'let the value travel and call the function on either side',
]);
refused(
  'a type that always contains itself is refused',
  taking('A', 'export interface A { a: B }\nexport interface B { a: A }'),
  ['3:18', "'A' always contains itself, so it has no value", 'make a field on the way optional, nullable or an array'],
  ['4:18', "'B' always contains itself, so it has no value", 'make a field on the way optional, nullable or an array'],
);
refused('an alias that refers to itself without an object is refused', taking('T', 'export type T = T[];'), [
  '3:13',
  "'T' refers to itself without an object between",
  'put an interface between, or use Json for any JSON value',
]);
refused('a qualified name is refused', taking('NS.A'), [
  '2:53',
  'qualified names are not supported',
  "import the type by name: 'import type { Name }'",
]);
refused('an unknown name is refused', taking('Missing'), [
  '2:53',
  "cannot find the type 'Missing'",
  'declare it in this file or import it with a relative path',
]);
refused('a promise inside a message is refused', taking('Promise<string>'), [
  '2:53',
  "'Promise' is only a method's return type",
  'use the type inside',
]);
refused('a stream inside a message is refused', taking('Stream<string>[]'), [
  '2:53',
  "'Stream' is only a method's single parameter or its return type",
  'use an array for a list inside a message',
]);
refused('Buffer is refused', taking('Buffer'), [
  '2:53',
  "'Buffer' exists only in Node.js",
  'use Uint8Array: a Buffer is one and may be passed',
]);
refused('an import type is refused', taking("import('./b.ts').B"), [
  '2:53',
  "'import(…)' types are not supported",
  "use 'import type { Name } from …' at the top",
]);
refused('typeof is refused', taking('typeof a'), ['2:53', "'typeof' is not supported: the file is never executed", 'write the type out']);
refused('keyof is refused', taking('keyof A'), ['2:53', "'keyof' is not supported", "write the names out: 'a' | 'b'"]);
refused('a template literal type is refused', taking(['`a$', '{string}`'].join('')), [
  '2:53',
  'template literal types are not supported',
  'use string, with @pattern if its form matters',
]);
refused('an indexed access type is refused', taking("A['b']"), [
  '2:53',
  'indexed access types are not supported',
  'declare the type by name and use it in both places',
]);
refused('a mapped type is refused', taking('{ [K in string]: number }'), [
  '2:53',
  'mapped types are not supported',
  'use Record<K, T>, or write the fields out in an interface',
]);
refused('a conditional type is refused', taking('string extends number ? 1 : 2'), [
  '2:53',
  'conditional types are not supported',
  'write the resulting type',
]);
refused('a function is refused', taking('() => void'), [
  '2:53',
  'functions cannot be encoded',
  'let the value travel and call the function on either side',
]);
refused('a lone undefined is refused', taking('undefined'), [
  '2:53',
  "'undefined' cannot be encoded on its own",
  "make the field optional: 'name?: T'",
]);
refused('never is refused', taking('never'), ['2:53', "'never' has no values to encode", 'remove this field']);
refused('symbol is refused', taking('symbol'), ['2:53', "'symbol' cannot be encoded", 'use a string']);
refused('object is refused', taking('object'), [
  '2:53',
  "'object' cannot be encoded",
  'declare an interface with the fields that travel, or use Record<string, T>',
]);
refused('any is refused', taking('any'), [
  '2:53',
  "'any' cannot be encoded",
  'name the type that travels here; unknown or Json carry any JSON value',
]);
refused('a tuple with a rest element that is not last is refused', taking('[...string[], number]'), [
  '2:54',
  'only the last element of a tuple can be a rest element',
  'move it to the end, or use an array of its own',
]);
refused('a rest element of something else than an array is refused', taking('[string, ...Set<string>]'), [
  '2:65',
  'a rest element needs an array type',
  'write it as ...T[]',
]);
refused('an index signature with number keys is refused', taking('{ [key: number]: string }'), [
  '2:55',
  'an index signature needs the key type string, once',
  'use Record<string, T>, or Map<K, T> for other keys',
]);
refused('an index signature beside a field is refused', taking('{ [key: string]: string; a: string }'), [
  '2:78',
  'an object type has either fields or an index signature, not both',
  'put the open part into a field of its own: more: Record<string, T>',
]);
refused(
  'an interface with an index signature that extends another one is refused',
  taking('A', 'export interface A extends B { [key: string]: string }\nexport interface B { b: string }'),
  [
    '3:18',
    'an interface with an index signature cannot extend another one',
    'put the open part into a field of its own: more: Record<string, T>',
  ],
);
refused('a Record with number keys is refused', taking('Record<number, string>'), [
  '2:53',
  "the keys of a 'Record' must be string or string literals",
  'use Map<K, T> for other keys',
]);
refused('a Record with a field that every object has is refused', taking("Record<'a' | 'toString', string>"), [
  '2:53',
  "a field cannot be named 'toString'",
  'every object already has this name; choose another',
]);
refused('a Map without type arguments is refused', taking('Map'), ['2:53', "'Map' needs type arguments", 'write it as Map<K, V>']);
refused('a Set without type arguments is refused', taking('Set'), ['2:53', "'Set' needs type arguments", 'write it as Set<T>']);
refused('an Array without type arguments is refused', taking('Array'), ['2:53', "'Array' needs type arguments", 'write it as Array<T>']);
refused('unique symbol is refused', taking('unique symbol'), ['2:53', "'symbol' cannot be encoded", 'use a string']);
refused('a conditional helper is refused', taking('Exclude<A, B>'), [
  '2:53',
  "'Exclude' is not supported: it computes a type",
  'write the resulting type',
]);
refused('ReturnType is refused', taking('ReturnType<() => string>'), [
  '2:53',
  "'ReturnType' is not supported: it computes a type",
  'write the resulting type',
]);
refused('a constructor type is refused', taking('new () => string'), ['2:53', 'constructors cannot be encoded', 'let the value travel']);
refused('a call signature is refused', taking('{ (): string }'), [
  '2:55',
  'a message has fields only, no methods',
  'let the value travel and call the function on either side',
]);
refused('a field that is a function is refused', taking('{ f: () => void }'), [
  '2:58',
  'functions cannot be encoded',
  'let the value travel and call the function on either side',
]);
refused('this is refused', taking('{ self: this }'), ['2:61', "'this' cannot be encoded", 'name the interface']);
refused('void inside a message is refused', taking('void[]'), [
  '2:53',
  "'void' is only a method's whole answer: Promise<void>",
  'make the field optional or use null',
]);
refused('a required field of type undefined is refused', taking('{ a: undefined }'), [
  '2:58',
  "'undefined' cannot be encoded on its own",
  "make the field optional: 'name?: T'",
]);
refused('a class of the platform is refused', taking('Error'), [
  '2:53',
  "'Error' is a class: its stack and causes stay where they are",
  'use an interface with the fields that travel, or the error type of the service',
]);
refused('a regular expression is refused', taking('RegExp'), ['2:53', "'RegExp' cannot be encoded", 'use a string with its source']);
refused('Function is refused', taking('Function'), [
  '2:53',
  'functions cannot be encoded',
  'let the value travel and call the function on either side',
]);
refused('a wrapper object is refused', taking('String'), ['2:53', "'String' is the object around a string", 'use string']);
refused('an ArrayBuffer is refused', taking('ArrayBuffer'), ['2:53', "'ArrayBuffer' is not supported", 'use Uint8Array']);
refused('a typed array of larger items is refused', taking('Float64Array'), [
  '2:53',
  "'Float64Array' is not supported",
  'use an array of numbers, or Uint8Array over the same buffer',
]);
refused(
  'a library type that is not imported is refused with the import',
  "import type { Service } from 'rpcnet';\nexport interface TestService extends Service { m(p: int32): Promise<void> }\n",
  ['2:53', "cannot find the type 'int32'", "import it: import type { int32 } from 'rpcnet'"],
);
refused('a literal with half a surrogate pair is refused', taking("'\\ud800'"), [
  '2:53',
  'this text is no valid Unicode: it has half of a surrogate pair',
  'write the whole character',
]);
refused('a number literal beyond all numbers is refused', taking('1e999'), [
  '2:53',
  'this number is larger than any number',
  'write a smaller one, or a bigint with an n at its end',
]);
refused('Service is refused as a value', taking('Service'), ['2:53', 'a service is not a value', 'use an interface without Service']);
