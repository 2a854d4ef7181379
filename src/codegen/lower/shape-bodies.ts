import type { Shape, ShapeBody, TypeModel } from '../model/type-model.ts';

/**
 * Shapes whose bodies are still to be read.
 *
 * A shape exists as soon as it is met, so that types may refer to each other in circles; its body is read later, when {@link finish} comes to it or
 * when another body is made from it (a base, a part of an intersection, the source of `Pick`).
 */
export class ShapeBodies {
  readonly #pending = new Map<Shape, () => ShapeBody>();

  /** A type for the shape; `read` gives its body once it is asked for. */
  open(shape: Shape, read: () => ShapeBody): TypeModel {
    this.#pending.set(shape, read);
    return { kind: 'shape', shape };
  }

  /** The body of a shape, or `undefined` while it is being read: then the shape is made from itself. */
  bodyOf(shape: Shape): ShapeBody | undefined {
    const read = this.#pending.get(shape);
    if (read !== undefined) {
      this.#pending.delete(shape);
      shape.body = read();
    }
    return shape.body;
  }

  /** Reads all bodies, and those that are met on the way. */
  finish(): void {
    for (const shape of this.#pending.keys()) this.bodyOf(shape);
  }
}
