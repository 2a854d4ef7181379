import { assertNever } from '../../util/assert-never.ts';
import type { SchemaDifference } from '../../util/schema/schema-difference.ts';

/** What became of a place between two versions, in words that go on after the place. */
export function describeChange({ change, subject, first, second }: SchemaDifference): string {
  switch (change) {
    case 'optionalAdded':
      return 'is a new optional field';
    case 'optionalRemoved':
      return 'was removed; its place is kept';
    case 'optionalRestored':
      return 'is back in the place that was kept for it';
    case 'optionalMoved':
      return `has lost its place to ${second}`;
    case 'requiredAdded':
      return 'is a new required field: make it optional';
    case 'requiredRemoved':
      return 'was removed and was required';
    case 'requiredMoved':
      return `has lost its place to ${second}`;
    case 'renamed':
      return `was renamed to ${second}`;
    case 'becameOptional':
      return 'was required and is optional';
    case 'becameRequired':
      return 'was optional and is required';
    case 'literalAdded':
      return `has the new literal ${second}; programs without it refuse it`;
    case 'literalRemoved':
      return `has no longer the literal ${first}`;
    case 'literalMoved':
      return `has the literal ${second} in the place of ${first}`;
    case 'variantAdded':
      return `has the new member ${second}; programs without it refuse it`;
    case 'variantRemoved':
      return `has no longer the member ${first}`;
    case 'variantMoved':
      return `has the member ${second} in the place of ${first}`;
    case 'discriminantChanged':
      return `was told apart by ${first} and is by ${second}`;
    case 'widened':
      return `was ${first} and is ${second}; programs with ${first} refuse numbers beyond it`;
    case 'narrowed':
    case 'typeChanged':
    case 'kindChanged':
    case 'answerRemoved':
    case 'answerAdded':
      return `was ${first} and is ${second}`;
    case 'errorAdded':
      return 'is a new error type';
    case 'errorRemoved':
      return 'was removed';
    case 'tooLarge':
      return `cannot be compared: ${subject} is too large`;
    default:
      return assertNever(change, 'change');
  }
}
