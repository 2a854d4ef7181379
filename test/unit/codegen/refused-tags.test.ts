import { HEAD, refused, taking } from '../../support/refused.ts';

refused('a limit that is no number is refused', taking('{ /** @min low */ a: number }'), [
  '2:59',
  "cannot read the limit 'low'",
  "write a number, for example '@min 1'",
]);
refused('a limit without a number is refused', taking('{ /** @max */ a: number }'), [
  '2:59',
  "cannot read the limit ''",
  "write a number, for example '@max 1'",
]);
refused('a negative length is refused', taking('{ /** @maxLength -1 */ a: string }'), [
  '2:59',
  "cannot read the limit '-1'",
  "write a number, for example '@maxLength 20'",
]);
refused('a length with a fraction is refused', taking('{ /** @minLength 1.5 */ a: string }'), [
  '2:59',
  "cannot read the limit '1.5'",
  "write a number, for example '@minLength 20'",
]);
refused('a pattern that is no regular expression is refused', taking('{ /** @pattern [a-z */ a: string }'), [
  '2:59',
  "cannot read the pattern '[a-z'",
  "write a regular expression for the u flag, for example '@pattern ^[a-z]+$'",
]);
refused('an empty pattern is refused', taking('{ /** @pattern */ a: string }'), [
  '2:59',
  "cannot read the pattern ''",
  "write a regular expression for the u flag, for example '@pattern ^[a-z]+$'",
]);
refused('a limit given twice is refused', taking('{ /** @min 1 @min 2 */ a: number }'), [
  '2:66',
  "'@min' is given twice",
  'remove one of them',
]);
refused('limits in the wrong order are refused', taking('{ /** @min 5 @max 2 */ a: number }'), [
  '2:66',
  '@min 5 is above @max 2',
  'no value would be left; swap them',
]);
refused('lengths in the wrong order are refused', taking('{ /** @minLength 5 @maxLength 2 */ a: string }'), [
  '2:72',
  '@minLength 5 is above @maxLength 2',
  'no value would be left; swap them',
]);
refused('a number limit on a string is refused', taking('{ /** @max 5 */ a: string }'), [
  '2:59',
  "'@max' does not fit this type",
  '@min and @max are for numbers and bigints; for the items of a list, declare an alias with the limit',
]);
refused('a length limit on a number is refused', taking('{ /** @maxLength 5 */ a: number | null }'), [
  '2:59',
  "'@maxLength' does not fit this type",
  '@minLength and @maxLength are for strings, bytes, lists, sets, maps and records',
]);
refused('a pattern on a list of strings is refused', taking('{ /** @pattern ^a$ */ a: string[] }'), [
  '2:59',
  "'@pattern' does not fit this type",
  '@pattern is for strings; for the items of a list, declare an alias with the pattern',
]);
refused('a limit on an object is refused', taking('A', '/** @maxLength 5 */\nexport type A = { x: string };'), [
  '3:5',
  "'@maxLength' does not fit this type",
  '@minLength and @maxLength are for strings, bytes, lists, sets, maps and records',
]);
refused('a limit on an interface is refused', taking('A', '/** @maxLength 5 */\nexport interface A { x: string }'), [
  '3:5',
  "'@maxLength' means nothing here",
  'it belongs to fields, aliases, and with the name of a parameter to methods',
]);
refused('a limit that a sized number never reaches is refused', taking('{ /** @max 1000 */ a: int8 }'), [
  '2:59',
  'int8 never reaches @max 1000',
  'it holds -128 to 127',
]);
refused('a fraction as the limit of a bigint is refused', taking('{ /** @min 0.5 */ a: bigint }'), [
  '2:59',
  'the limit of a bigint must be a whole number, not 0.5',
  'write at most 2^53 - 1',
]);
refused(
  'a limit of a method without a parameter is refused',
  `${HEAD}export interface TestService extends Service {\n  /** @maxLength 20 */\n  m(name: string): Promise<void>;\n}\n`,
  ['3:7', "'@maxLength' of a method needs the name of a parameter first", "write it as '@maxLength name …'"],
);
refused(
  'a limit for a parameter that is not there is refused',
  `${HEAD}export interface TestService extends Service {\n  /** @maxLength nam 20 */\n  m(name: string): Promise<void>;\n}\n`,
  ['3:7', "'@maxLength' of a method needs the name of a parameter first", "write it as '@maxLength name …'"],
);
refused(
  'a limit that does not fit its parameter is refused',
  `${HEAD}export interface TestService extends Service {\n  /** @maxLength count 20 */\n  m(count: number): Promise<void>;\n}\n`,
  ['3:7', "'@maxLength' does not fit this type", '@minLength and @maxLength are for strings, bytes, lists, sets, maps and records'],
);
refused('a tag in another spelling is refused', taking('{ /** @maxlength 5 */ a: string }'), [
  '2:59',
  "there is no tag '@maxlength'",
  "write '@maxLength'",
]);
refused('a tag of methods on a field is refused', taking('{ /** @timeout 5s */ a: string }'), [
  '2:59',
  "'@timeout' means nothing here",
  'it belongs to methods',
]);
refused(
  'a tag of methods on a service is refused',
  `${HEAD}/** @idempotent */\nexport interface TestService extends Service { m(): Promise<void> }\n`,
  ['2:5', "'@idempotent' means nothing here", 'it belongs to methods'],
);
