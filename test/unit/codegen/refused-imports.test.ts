import { HEAD, refused, taking } from '../../support/refused.ts';

refused(
  'a method declared twice is refused',
  `${HEAD}export interface TestService extends Service { m(): Promise<void>; m(): Promise<string> }\n`,
  ['2:68', "the method 'm' is declared twice", 'give each method a name of its own'],
);
refused('a field declared twice is refused', taking('A', 'export interface A { x: number; y?: string; x?: string }'), [
  '3:45',
  "the field 'x' is declared twice",
  'give each field a name of its own',
]);
refused(
  'a parameter declared twice is refused',
  `${HEAD}export interface TestService extends Service { m(a: string, a: number): Promise<void> }\n`,
  ['2:61', "the parameter 'a' is declared twice", 'give each parameter a name of its own'],
);
refused('an interface declared twice is refused', taking('A', 'export interface A { x: number }\nexport interface A { y: number }'), [
  '4:18',
  "'A' is declared twice",
  'merge the two declarations into one',
]);
refused('a constant is refused', taking('string', 'const a = 1;'), [
  '3:1',
  'a definition holds only interfaces, type aliases and type imports',
  'move this to another file',
]);
refused('a class is refused', taking('string', 'export class A {}'), [
  '3:8',
  'classes are not supported',
  'use an interface with the fields that travel',
]);
refused('an enum is refused', taking('string', 'export enum Level { Low }'), [
  '3:8',
  'enums are not supported',
  "use a union of string literals: type Level = 'low' | 'high'",
]);
refused('an import for its side effects is refused', `import './other.ts';\n${taking('string')}`, [
  '1:1',
  'a definition imports types only',
  'remove this import: the file is never executed',
]);
refused('a value import is refused', `import { A } from './other.ts';\n${taking('string')}`, [
  '1:10',
  'a definition imports types only',
  "write 'import type { … }': the file is never executed",
]);
refused('a namespace import is refused where it is used', `import type * as A from './other.ts';\n${taking('A')}`, [
  '3:53',
  'default and namespace imports are not supported',
  "import the type by name: 'import type { Name }'",
]);
refused('a name that the imported file does not export is refused', `import type { B } from './other.ts';\n${taking('B')}`, [
  '3:53',
  "'./other.ts' exports no interface or type alias named 'B'",
  'check the import',
]);
refused('an import of a missing file is refused where it is used', `import type { A } from './missing.ts';\n${taking('A')}`, [
  '3:53',
  "cannot find the file './missing.ts'",
  'check the import',
]);
refused('a type that is not exported is refused', taking('A', 'interface A { x: number }'), [
  '3:11',
  "'A' is used by a service but not exported",
  "write 'export interface A': generated code imports it",
]);
refused('an imported enum is refused where it is used', `import type { Color } from './other.ts';\n${taking('Color')}`, [
  '3:53',
  "'Color' is an enum, and enums are not supported",
  "use a union of string literals: type Level = 'low' | 'high'",
]);
refused('an imported class is refused where it is used', `import type { Car } from './other.ts';\n${taking('Car')}`, [
  '3:53',
  "'Car' is a class, and classes are not supported",
  'use an interface with the fields that travel',
]);
refused('an imported constant is refused where it is used', `import type { limit } from './other.ts';\n${taking('limit')}`, [
  '3:53',
  "'limit' is no type",
  'name an interface or a type alias',
]);
refused(
  'an import of a type that is not exported is refused with the way out',
  `import type { Hidden } from './other.ts';\n${taking('Hidden')}`,
  ['3:53', "'./other.ts' exports no interface or type alias named 'Hidden'", "write 'export' before it in ./other.ts"],
);
refused('an enum of the definition is refused once, where it stands', taking('Level', 'export enum Level { Low }'), [
  '3:8',
  'enums are not supported',
  "use a union of string literals: type Level = 'low' | 'high'",
]);
refused('imports in a circle are refused', `import type { Loop } from './loop.ts';\n${taking('Loop')}`, [
  '3:53',
  "the imports of 'Loop' go in a circle",
  'check the import',
]);
refused('export * as is refused', taking('string', "export * as other from './other.ts';"), [
  '3:1',
  "'export * as' is not supported",
  "export the types by name: 'export type { Name } from …'",
]);
refused('a default import is refused where it is used', `import type A from './other.ts';\n${taking('A')}`, [
  '3:53',
  'default and namespace imports are not supported',
  "import the type by name: 'import type { Name }'",
]);
refused('a declared namespace is refused', taking('string', 'export declare namespace N { interface A { x: number } }'), [
  '3:8',
  'a definition holds only interfaces, type aliases and type imports',
  'move this to another file',
]);
refused('a type of a package is refused', `import type { A } from 'some-package';\n${taking('A')}`, [
  '3:53',
  "'A' comes from the package 'some-package', which the generator does not read",
  'declare the type here or in a file imported with a relative path',
]);
