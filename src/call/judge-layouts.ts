import { RpcError } from '../errors/rpc-error.ts';
import { compareSchemas } from '../util/schema/compare-schemas.ts';
import { readSchemaType, SchemaSyntaxError } from '../util/schema/read-schema.ts';
import type { MethodSchema, SchemaType } from '../util/schema/schema.ts';
import { type SchemaDifference, verdictOf } from '../util/schema/schema-difference.ts';
import type { AnyMethod, MethodKind, MethodLayout } from '../wire/method.ts';
import type { ServedLayout } from '../wire/method-layout.ts';

/** Why a client cannot talk to a method with another fingerprint, with the field or type that differs; undefined when it can. */
export function judgeLayouts(called: AnyMethod, served: ServedLayout, where: string): RpcError | undefined {
  if (called.schema === undefined || served.layout === undefined) return definitionsDiffer(called.name, where, NOTHING_TO_COMPARE);
  let theirs: MethodSchema;
  try {
    theirs = toSchema(served.method.kind, served.layout);
  } catch (error) {
    if (error instanceof SchemaSyntaxError) return definitionsDiffer(called.name, where, `its layout cannot be read: ${error.message}`);
    throw error;
  }
  const differences = compareSchemas(toSchema(called.kind, called.schema), theirs);
  const [first, ...others] = differences.filter((difference) => verdictOf(difference) === 'breaking');
  if (first === undefined) return undefined;
  const more = others.length === 0 ? '' : `, and ${others.length} more ${others.length === 1 ? 'difference' : 'differences'}`;
  return definitionsDiffer(called.name, where, `${describeDifference(first)}${more}`);
}

/** The error for a method of which the two sides have definitions that do not go together. */
export function definitionsDiffer(name: string, where: string, reason: string): RpcError {
  return new RpcError(
    'FAILED_PRECONDITION',
    `${name} has another definition at ${where}: ${reason}; generate both sides from one definition`,
  );
}

/** One difference between the client, which is here, and the server, which is there, in words. */
function describeDifference({ change, path, subject, first, second }: SchemaDifference): string {
  switch (change) {
    case 'requiredAdded':
      return `${path} is required there and unknown here`;
    case 'requiredRemoved':
      return `${path} is required here and unknown there`;
    case 'renamed':
      return `${path} is named ${second} there`;
    case 'becameOptional':
      return `${path} is required here and optional there`;
    case 'becameRequired':
      return `${path} is optional here and required there`;
    case 'requiredMoved':
    case 'optionalMoved':
      return `${path} stands where ${second} stands there`;
    case 'literalMoved':
    case 'variantMoved':
      return `${path} has ${first} where it has ${second} there`;
    case 'discriminantChanged':
      return `${path} is told apart by ${first} here and by ${second} there`;
    case 'answerRemoved':
      return `${path} is ${first} here, and there is none there`;
    case 'tooLarge':
      return `${path} is too large to compare`;
    default:
      return `${path} (${subject === path ? 'type' : subject}) is ${first} here and ${second} there`.replace(' (type)', '');
  }
}

function toSchema(kind: MethodKind, { request, response, error, shapes }: MethodLayout): MethodSchema {
  const types = new Map<string, SchemaType>();
  shapes.forEach((text, index) => {
    types.set(String(index), readSchemaType(text));
  });
  return {
    kind,
    request: readSchemaType(request),
    response: response === undefined ? undefined : readSchemaType(response),
    error: error === undefined ? undefined : readSchemaType(error),
    types,
  };
}

const NOTHING_TO_COMPARE = 'what differs is not known, because one side is raw or was generated without layouts';
