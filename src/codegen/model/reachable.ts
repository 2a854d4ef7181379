import type { Declaration } from '../parse/definition-file.ts';
import { rootTypesOf, type ServiceModel } from './service-model.ts';
import { type AliasModel, fieldsOf, partsOf, type Shape, shapesIn, type TypeModel } from './type-model.ts';

/** What the messages of a service are made of. */
export interface Reachable {
  /** Every shape, in the order it is first met. */
  readonly shapes: readonly Shape[];
  /** Every declaration that is named on the way, in the order it is first met. */
  readonly declarations: readonly Declaration[];
  /** The aliases that are named on the way, each text once, in the order they are first met. */
  readonly aliases: readonly AliasModel[];
}

/** Walks everything a service's messages contain. */
export function reachableFrom(service: ServiceModel): Reachable {
  const shapes = new Set<Shape>();
  const declarations = new Set<Declaration>();
  const aliases = new Map<string, AliasModel>();
  const visited = new Set<AliasModel>();
  const declare = ({ declaration, mentions }: AliasModel | Shape): void => {
    if (declaration !== undefined) declarations.add(declaration);
    for (const mentioned of mentions ?? []) declarations.add(mentioned);
  };
  const visit = (type: TypeModel): void => {
    if (type.kind === 'shape') {
      if (shapes.has(type.shape)) return;
      shapes.add(type.shape);
      declare(type.shape);
      for (const field of fieldsOf(type.shape)) visit(field.type);
      return;
    }
    if (type.kind === 'alias') {
      if (visited.has(type)) return;
      visited.add(type);
      declare(type);
      aliases.set(type.typeText ?? type.declaration.name, type);
    }
    for (const part of partsOf(type)) visit(part);
  };
  for (const type of rootTypesOf(service)) visit(type);
  return { shapes: [...shapes], declarations: [...declarations], aliases: [...aliases.values()] };
}

/** The shapes that can contain themselves: their functions count how deep they are. */
export function recursiveShapes(shapes: readonly Shape[]): ReadonlySet<Shape> {
  const parts = new Map(shapes.map((shape) => [shape, partsOfShape(shape)]));
  const holders = new Map<Shape, Shape[]>(shapes.map((shape) => [shape, []]));
  for (const [shape, inner] of parts) for (const part of inner) holders.get(part)?.push(shape);
  // Kosaraju: what is reached against the arrows, from the shape that was left last, lies on circles with it.
  const visited = new Set<Shape>();
  const left = shapes.flatMap((shape) => inLeavingOrder(shape, parts, visited));
  const recursive = new Set<Shape>();
  const grouped = new Set<Shape>();
  for (const shape of left.reverse()) {
    const group = inLeavingOrder(shape, holders, grouped);
    if (group.length > 1 || (group.length === 1 && parts.get(shape)?.has(shape) === true))
      for (const member of group) recursive.add(member);
  }
  return recursive;
}

/** The shapes that stand in the fields of a shape. */
function partsOfShape(shape: Shape): ReadonlySet<Shape> {
  return new Set(fieldsOf(shape).flatMap((field) => shapesIn(field.type)));
}

/** What is reached from a shape and not yet visited, each after all that it leads to. No recursion: chains of types may be long. */
function inLeavingOrder(start: Shape, next: ReadonlyMap<Shape, Iterable<Shape>>, visited: Set<Shape>): Shape[] {
  if (visited.has(start)) return [];
  visited.add(start);
  const left: Shape[] = [];
  const way = [{ shape: start, rest: (next.get(start) ?? [])[Symbol.iterator]() }];
  for (let top = way.at(-1); top !== undefined; top = way.at(-1)) {
    const { done, value } = top.rest.next();
    if (done === true) {
      way.pop();
      left.push(top.shape);
    } else if (!visited.has(value)) {
      visited.add(value);
      way.push({ shape: value, rest: (next.get(value) ?? [])[Symbol.iterator]() });
    }
  }
  return left;
}
