import type { TypeModel } from '../model/type-model.ts';
import type { TypeEnvironment } from './lower-context.ts';

/** The type parameters that a piece of syntax mentions, with what they stand for, by name. */
export function typeParametersIn(
  node: unknown,
  environment: TypeEnvironment | undefined,
): readonly (readonly [name: string, type: TypeModel | undefined])[] {
  if (environment === undefined || environment.size === 0) return [];
  const names = new Set<string>();
  collect(node, (name) => {
    if (environment.has(name)) names.add(name);
  });
  return [...names].sort().map((name) => [name, environment.get(name)]);
}

function collect(node: unknown, found: (name: string) => void): void {
  if (Array.isArray(node)) {
    for (const part of node) collect(part, found);
  } else if (isObject(node)) {
    if (node.type === 'TSTypeReference' && isObject(node.typeName) && typeof node.typeName.name === 'string') found(node.typeName.name);
    for (const part of Object.values(node)) collect(part, found);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
