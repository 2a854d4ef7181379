import { A, type EvolutionCase, refused, withError, withMethods } from './evolution-case.ts';

/** Changes after which old and new programs refuse each other. */
export const BREAKING_CASES: readonly EvolutionCase[] = [
  breaking('new required field', 'a new required field', {
    before: A('id: string'),
    after: A('id: string; count: number'),
    says: /A\.count is a new required field/u,
    oldToNew: /request\.p\.count is required there and unknown here/u,
    newToOld: /request\.p\.count is required here and unknown there/u,
  }),
  breaking('removed required field', 'a removed required field', {
    before: A('id: string; count: number'),
    after: A('id: string'),
    says: /A\.count was removed and was required/u,
    oldToNew: /request\.p\.count is required here and unknown there/u,
    newToOld: /request\.p\.count is required there and unknown here/u,
  }),
  breaking('optional field to required', 'an optional field that became required', {
    before: A('id: string; note?: string'),
    after: A('id: string; note: string'),
    says: /A\.note was optional and is required/u,
    oldToNew: /request\.p\.note is optional here and required there/u,
    newToOld: /request\.p\.note is required here and optional there/u,
  }),
  breaking('required field to optional', 'a required field that became optional', {
    before: A('id: string; note: string'),
    after: A('id: string; note?: string'),
    says: /A\.note was required and is optional/u,
    oldToNew: /request\.p\.note is required here and optional there/u,
    newToOld: /request\.p\.note is optional here and required there/u,
  }),
  breaking('renamed required field', 'a renamed required field', {
    before: A('id: string'),
    after: A('key: string'),
    says: /A\.id was renamed to key/u,
    oldToNew: /request\.p\.id is named key there/u,
    newToOld: /request\.p\.key is named id there/u,
  }),
  breaking('other type', 'another type', {
    before: A('id: string; list: B[]', 'export interface B { x: number }'),
    after: A('id: string; list: B[]', 'export interface B { x: string }'),
    says: /B\.x was number and is string/u,
    oldToNew: /request\.p\.list\[\]\.x is number here and string there/u,
    newToOld: /request\.p\.list\[\]\.x is string here and number there/u,
  }),
  breaking('other type', 'a type that null was added to', {
    before: A('id: string'),
    after: A('id: string | null'),
    says: /A\.id was string and is nullable\(string\)/u,
    oldToNew: /request\.p\.id is string here and nullable\(string\) there/u,
    newToOld: /request\.p\.id is nullable\(string\) here and string there/u,
  }),
  breaking('other type', 'a list that became a set', {
    before: A('ids: string[]'),
    after: A('ids: Set<string>'),
    says: /A\.ids was list\(string\) and is set\(string\)/u,
    oldToNew: /request\.p\.ids is list\(string\) here and set\(string\) there/u,
    newToOld: /request\.p\.ids is set\(string\) here and list\(string\) there/u,
  }),
  breaking('other type', 'an optional field of another type', {
    before: A('id: string; note?: string'),
    after: A('id: string; note?: number'),
    says: /A\.note was string and is number/u,
    oldToNew: /request\.p\.note is string here and number there/u,
    newToOld: /request\.p\.note is number here and string there/u,
  }),
  breaking('removed literal', 'a removed literal before others', {
    before: A("level: 'low' | 'high'"),
    after: A("level: 'high'"),
    says: /A\.level has the literal "high" in the place of "low"/u,
    oldToNew: /request\.p\.level has "low" where it has "high" there/u,
    newToOld: /request\.p\.level has "high" where it has "low" there/u,
  }),
  breaking('removed member of a union', 'a removed member before others', {
    before: A('event: E', "export type E = { kind: 'made'; id: string } | { kind: 'gone' } | { kind: 'new' };"),
    after: A('event: E', "export type E = { kind: 'gone' } | { kind: 'new' };"),
    says: /E has the member "gone" in the place of "made"/u,
    oldToNew: /request\.p\.event has "made" where it has "gone" there/u,
    newToOld: /request\.p\.event has "gone" where it has "made" there/u,
  }),
  breaking('other discriminant', 'another field that tells the members apart', {
    before: A('event: E', "export type E = { kind: 'made' } | { kind: 'gone' };"),
    after: A('event: E', "export type E = { type: 'made' } | { type: 'gone' };"),
    says: /E was told apart by kind and is by type/u,
    oldToNew: /request\.p\.event is told apart by kind here and by type there/u,
    newToOld: /request\.p\.event is told apart by type here and by kind there/u,
  }),
  breaking('new required parameter', 'a new required parameter', {
    before: withMethods('m(a: string): Promise<string>'),
    after: withMethods('m(a: string, b: string): Promise<string>'),
    says: /request\.b is a new required field/u,
    oldToNew: /request\.b is required there and unknown here/u,
    newToOld: /request\.b is required here and unknown there/u,
  }),
  breaking('changed error type', 'an error type with another field', {
    before: withError('export interface E { reason: string }'),
    after: withError('export interface E { reason: number }'),
    says: /E\.reason was string and is number/u,
    oldToNew: /error\.reason is string here and number there/u,
    newToOld: /error\.reason is number here and string there/u,
  }),
  {
    row: 'other call kind',
    what: 'another call kind',
    check: 'breaking',
    says: /^breaking: TestService\.m .*was unary and is serverStreaming$/u,
    before: withMethods('m(): Promise<string>'),
    after: withMethods('m(): Stream<string>'),
    oldToNew: [{ fails: { code: 'UNIMPLEMENTED', message: /TestService\.m is serverStreaming .* called as unary/u }, unseen: true }],
    newToOld: [{ fails: { code: 'UNIMPLEMENTED', message: /TestService\.m is unary .* called as serverStreaming/u }, unseen: true }],
  },
];

function breaking(
  row: string,
  what: string,
  parts: {
    readonly before: string;
    readonly after: string;
    readonly says: RegExp;
    readonly oldToNew: RegExp;
    readonly newToOld: RegExp;
  },
): EvolutionCase {
  const { oldToNew, newToOld, ...texts } = parts;
  return { row, what, check: 'breaking', ...texts, oldToNew: refused(named(oldToNew)), newToOld: refused(named(newToOld)) };
}

/** Every refusal names the method, too. */
function named(message: RegExp): RegExp {
  return new RegExp(`^TestService\\.m has another definition at server1:1: .*${message.source}`, 'u');
}
