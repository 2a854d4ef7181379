/** One way in which the second of two descriptions differs from the first. */
export interface SchemaDifference {
  readonly change: SchemaChange;
  /** The way from the message to the place, for example `request.options.limit` or `response[].owner`. */
  readonly path: string;
  /** The type of the object or union that the place is in, where it has a name in either description. */
  readonly type: string | undefined;
  /** The way from that type to the place, for example `limit`; empty when it is the type itself, the whole path without a type. */
  readonly within: string;
  /** The field, literal or member that it is about. */
  readonly subject: string;
  /** What the first and the second have there, as text; empty where they have nothing. */
  readonly first: string;
  readonly second: string;
}

/** What can differ. */
export type SchemaChange =
  | 'optionalAdded'
  | 'optionalRemoved'
  | 'optionalRestored'
  | 'optionalMoved'
  | 'requiredAdded'
  | 'requiredRemoved'
  | 'requiredMoved'
  | 'renamed'
  | 'becameOptional'
  | 'becameRequired'
  | 'literalAdded'
  | 'literalRemoved'
  | 'literalMoved'
  | 'variantAdded'
  | 'variantRemoved'
  | 'variantMoved'
  | 'discriminantChanged'
  | 'widened'
  | 'narrowed'
  | 'typeChanged'
  | 'answerAdded'
  | 'answerRemoved'
  | 'errorAdded'
  | 'errorRemoved'
  | 'kindChanged'
  | 'tooLarge';

/**
 * What a change means for two programs of which one has it and the other does not:
 *
 * - `compatible`: they understand each other, both ways;
 * - `partly`: they talk, and a value that only one of them knows fails the call that carries it. It comes from taking away what others may still use;
 * - `breaking`: they cannot read each other's messages, so the call is refused.
 */
export type Verdict = 'compatible' | 'partly' | 'breaking';

/** The verdict of each change from the first (the old, or the client's) to the second (the new, or the server's). */
export const SCHEMA_CHANGES: Readonly<Record<SchemaChange, Verdict>> = {
  optionalAdded: 'compatible',
  optionalRemoved: 'compatible',
  optionalRestored: 'compatible',
  optionalMoved: 'breaking',
  requiredAdded: 'breaking',
  requiredRemoved: 'breaking',
  requiredMoved: 'breaking',
  renamed: 'breaking',
  becameOptional: 'breaking',
  becameRequired: 'breaking',
  literalAdded: 'compatible',
  literalRemoved: 'partly',
  literalMoved: 'breaking',
  variantAdded: 'compatible',
  variantRemoved: 'partly',
  variantMoved: 'breaking',
  discriminantChanged: 'breaking',
  widened: 'compatible',
  narrowed: 'partly',
  typeChanged: 'breaking',
  answerAdded: 'partly',
  answerRemoved: 'breaking',
  errorAdded: 'compatible',
  errorRemoved: 'compatible',
  kindChanged: 'breaking',
  tooLarge: 'breaking',
};

export function verdictOf({ change }: SchemaDifference): Verdict {
  return SCHEMA_CHANGES[change];
}
