import { refused, taking } from '../../support/refused.ts';

refused('a generic type without its argument is refused where it is used', taking('Page', 'export interface Page<T> { items: T[] }'), [
  '2:53',
  "'Page' needs a type argument for 'T'",
  'write it as Page<…>, or give the parameter a default',
]);
refused('a type argument for a type that takes none is refused', taking('A<string>', 'export interface A { x: number }'), [
  '2:53',
  "'A' takes no type arguments",
  'remove those that are too many',
]);
refused('too many type arguments are refused', taking('Page<string, number>', 'export interface Page<T> { items: T[] }'), [
  '2:53',
  "'Page' takes one type argument, not 2",
  'remove those that are too many',
]);
refused('a generic type that grows with every use is refused', taking('A<string>', 'export interface A<T> { value: T; next?: A<T[]> }'), [
  '3:42',
  "'A' grows without end: every use needs another one",
  'let it refer to itself with the same type arguments',
]);
refused(
  'a generic type that grows through an inline object is refused',
  taking('A<string>', 'export interface A<T> { value: T; next?: A<{ inner: T }> }'),
  ['3:42', "'A' grows without end: every use needs another one", 'let it refer to itself with the same type arguments'],
);
refused(
  'a type argument that cannot travel is refused where it is written',
  taking('Page<any>', 'export interface Page<T> { items: T[] }'),
  ['2:58', "'any' cannot be encoded", 'name the type that travels here; unknown or Json carry any JSON value'],
);
refused(
  'what cannot travel in a generic type is refused once, however often it is used',
  taking('Page<string>, q: Page<number>', 'export interface Page<T> { items: T[]; bad: symbol }'),
  ['3:45', "'symbol' cannot be encoded", 'use a string'],
);
refused('a utility type without its arguments is refused', taking('Pick<A>', 'export interface A { x: number }'), [
  '2:53',
  "'Pick' needs two type arguments",
  "write it as Pick<T, 'a' | 'b'>",
]);
refused('Partial of something else than an object is refused', taking('Partial<string>'), [
  '2:53',
  "'Partial' needs an object type",
  'use the type without Partial',
]);
refused('Pick of a field that is not there is refused', taking("Pick<A, 'x' | 'y'>", 'export interface A { x: number }'), [
  '2:53',
  "'A' has no field 'y' to pick",
  'check the name; fields are spelled as declared',
]);
refused('Omit of something else than names is refused', taking('Omit<A, string>', 'export interface A { x: number }'), [
  '2:53',
  "'Omit' needs the names of fields",
  "write them as 'a' | 'b'",
]);
refused('Partial of a union of objects is refused', taking('Partial<U>', "export type U = { kind: 'a' } | { kind: 'b' };"), [
  '2:53',
  "'Partial' of a union leaves objects that cannot be told apart",
  'use Partial on each member of the union that needs it',
]);
refused('Pick from a union of objects is refused', taking("Pick<U, 'kind'>", "export type U = { kind: 'a' } | { kind: 'b' };"), [
  '2:53',
  "'Pick' of a union leaves objects that cannot be told apart",
  'use Pick on each member of the union that needs it',
]);
refused('NonNullable of null is refused', taking('NonNullable<null>'), [
  '2:53',
  'nothing is left of this type without null',
  'remove this field',
]);
refused('an interface that extends a part of itself is refused', taking('A', "export interface A extends Pick<A, 'x'> { x: string }"), [
  '3:28',
  "'A' is made from itself",
  'write the fields out',
]);
refused('an interface that extends itself is refused', taking('A', 'export interface A extends A { x: string }'), [
  '3:28',
  'an interface of a message can extend only object types of these files',
  'copy the fields, or declare the base with relative imports and without a circle',
]);
refused(
  'an interface that extends a union is refused',
  taking('A', "export interface A extends U { x: string }\nexport type U = { kind: 'a' } | { kind: 'b' };"),
  [
    '3:28',
    'an interface of a message can extend only object types of these files',
    'copy the fields, or declare the base with relative imports and without a circle',
  ],
);
refused('an interface that extends a list is refused', taking('A', 'export interface A extends Array<string> { x: string }'), [
  '3:28',
  'an interface of a message can extend only object types of these files',
  'copy the fields, or declare the base with relative imports and without a circle',
]);
refused('an interface that extends a class of the platform is refused', taking('A', 'export interface A extends Error { x: string }'), [
  '3:28',
  "'Error' is a class: its stack and causes stay where they are",
  'use an interface with the fields that travel, or the error type of the service',
]);
refused('an intersection with a primitive is refused', taking("string & { brand: 'id' }"), [
  '2:53',
  'only object types can be joined with &',
  'use the type alone; brands and other marks on primitives do not travel',
]);
refused('an intersection with a record is refused', taking('{ a: string } & Record<string, string>'), [
  '2:69',
  'an object type has either fields or an index signature, not both',
  'put the open part into a field of its own: more: Record<string, T>',
]);
refused('an intersection with two types for one field is refused', taking('{ a: string } & { a: number }'), [
  '2:53',
  "the field 'a' has different types in this intersection",
  'give it one type, or leave it out of one side with Omit',
]);
refused(
  'an intersection that is made from itself is refused',
  taking('A', 'export interface A extends B { x: string }\nexport type B = Partial<A> & { y: string };'),
  ['4:17', "'A' is made from itself", 'write the fields out'],
);
refused(
  'a generic type that doubles and doubles again is refused at once',
  taking('A<string>', 'export interface A<T> { value: T; next?: A<[T, T, { left: T; right: T[] }]> }'),
  ['3:42', "'A' grows without end: every use needs another one", 'let it refer to itself with the same type arguments'],
);
