import type { Declaration } from '../parse/definition-file.ts';
import { rootTypesOf, type ServiceModel } from './service-model.ts';
import { type AliasModel, coreShape, fieldsOf, type Shape, type TypeModel } from './type-model.ts';

/** What the messages of a service are made of. */
export interface Reachable {
  /** Every shape, in the order it is first met. */
  readonly shapes: readonly Shape[];
  /** Every declaration that is named on the way, in the order it is first met. */
  readonly declarations: readonly Declaration[];
  /** The aliases that are named on the way, each once, in the order they are first met. */
  readonly aliases: readonly AliasModel[];
}

/** Walks everything a service's messages contain. */
export function reachableFrom(service: ServiceModel): Reachable {
  const shapes = new Set<Shape>();
  const declarations = new Set<Declaration>();
  const aliases = new Map<Declaration, AliasModel>();
  const visit = (type: TypeModel): void => {
    switch (type.kind) {
      case 'alias':
        declarations.add(type.declaration);
        aliases.set(type.declaration, type);
        if (type.target !== undefined) visit(type.target);
        return;
      case 'list':
        return visit(type.item);
      case 'nullable':
        return visit(type.inner);
      case 'shape':
        if (shapes.has(type.shape)) return;
        shapes.add(type.shape);
        if (type.shape.declaration !== undefined) declarations.add(type.shape.declaration);
        for (const field of fieldsOf(type.shape)) visit(field.type);
        return;
      default:
        return;
    }
  };
  for (const type of rootTypesOf(service)) visit(type);
  return { shapes: [...shapes], declarations: [...declarations], aliases: [...aliases.values()] };
}

/** The shapes that can contain themselves: their functions count how deep they are. */
export function recursiveShapes(shapes: readonly Shape[]): ReadonlySet<Shape> {
  return new Set(shapes.filter((shape) => reaches(shape, shape)));
}

function reaches(from: Shape, target: Shape): boolean {
  const visited = new Set<Shape>();
  const queue: Shape[] = [from];
  for (let shape = queue.pop(); shape !== undefined; shape = queue.pop()) {
    for (const field of fieldsOf(shape)) {
      const next = coreShape(field.type);
      if (next === target) return true;
      if (next === undefined || visited.has(next)) continue;
      visited.add(next);
      queue.push(next);
    }
  }
  return false;
}
