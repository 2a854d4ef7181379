/**
 * How services change over time: the lock file that remembers the layout of their messages, and the comparison of two versions.
 *
 * Text in, text out: reading files and asking git is the command line's part.
 */
import type { MethodSchema, SchemaType } from '../../util/schema/schema.ts';

/** What a service's messages look like on the wire. */
export interface ServiceSchema {
  readonly name: string;
  readonly error: SchemaType | undefined;
  readonly methods: ReadonlyMap<string, ServiceMethod>;
  /** Every object and union of objects, by name. */
  readonly types: ReadonlyMap<string, SchemaType>;
}

/** A method without what it shares with others of its service. */
export type ServiceMethod = Pick<MethodSchema, 'kind' | 'request' | 'response'>;

/** Everything about one method. */
export function methodSchema(service: ServiceSchema, method: ServiceMethod): MethodSchema {
  const { kind, request, response } = method;
  return { kind, request, response, error: service.error, types: service.types };
}
