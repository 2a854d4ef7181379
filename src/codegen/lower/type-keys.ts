import { type Shape, type TypeModel, unwrapAlias } from '../model/type-model.ts';
import type { BareType } from './bare-type.ts';

/** Tells types apart: equal types have equal keys. Shapes are equal when they are the same shape. */
export class TypeKeys {
  readonly #shapes = new Map<Shape, number>();
  /** Composite keys by number, so that keys of nested types stay short. */
  readonly #composites = new Map<string, number>();
  readonly #depths = new Map<Shape, number>();
  /** Types that share their parts are long when they are written out: every part is looked at once. */
  readonly #keys = new WeakMap<TypeModel, string>();
  readonly #partDepths = new WeakMap<TypeModel, number>();

  keyOf(type: TypeModel): string {
    const bare = unwrapAlias(type);
    const known = this.#keys.get(bare);
    if (known !== undefined) return known;
    const key = this.#makeKey(bare);
    this.#keys.set(bare, key);
    return key;
  }

  #makeKey(bare: BareType): string {
    switch (bare.kind) {
      case 'scalar':
        return bare.isUnknown === true ? 'unknown' : bare.scalar;
      case 'shape':
        return `#${numberIn(this.#shapes, bare.shape)}`;
      case 'literals':
        return this.#composite('literals', bare.values.map((value) => `${typeof value} ${JSON.stringify(String(value))}`).sort());
      case 'list':
        return this.#composite(bare.readonly ? 'readonlyList' : 'list', [this.keyOf(bare.item)]);
      case 'set':
        return this.#composite(bare.readonly === true ? 'readonlySet' : 'set', [this.keyOf(bare.item)]);
      case 'map':
        return this.#composite(bare.readonly === true ? 'readonlyMap' : 'map', [this.keyOf(bare.key), this.keyOf(bare.value)]);
      case 'record':
        return this.#composite('record', [this.keyOf(bare.value)]);
      case 'tuple': {
        const rest = bare.rest === undefined ? '' : this.keyOf(bare.rest);
        return this.#composite(`${bare.readonly === true ? 'readonlyTuple' : 'tuple'}${bare.required}`, [
          ...bare.items.map((item) => this.keyOf(item)),
          rest,
        ]);
      }
      case 'nullable':
      case 'undefinable':
        return this.#composite(bare.kind, [this.keyOf(bare.inner)]);
      case 'choice':
        return this.#composite(
          'choice',
          bare.members.map((member) => this.keyOf(member)),
        );
      case 'limited':
        return this.#composite(`limited${JSON.stringify(bare.limits)}`, [this.keyOf(bare.inner)]);
    }
  }

  /** Notes how deep a shape is made of others through type arguments. */
  setDepth(shape: Shape, depth: number): void {
    this.#depths.set(shape, depth);
  }

  /** How deep a type is made of others: a type argument that grows with every use gets deeper without end. */
  depthOf(type: TypeModel): number {
    const bare = unwrapAlias(type);
    if (bare.kind === 'shape') return this.#depths.get(bare.shape) ?? 0;
    const known = this.#partDepths.get(bare);
    if (known !== undefined) return known;
    const depth = this.#measure(bare);
    this.#partDepths.set(bare, depth);
    return depth;
  }

  #measure(bare: Exclude<BareType, { kind: 'shape' }>): number {
    switch (bare.kind) {
      case 'scalar':
      case 'literals':
        return 0;
      case 'list':
      case 'set':
        return 1 + this.depthOf(bare.item);
      case 'map':
        return 1 + Math.max(this.depthOf(bare.key), this.depthOf(bare.value));
      case 'record':
        return 1 + this.depthOf(bare.value);
      case 'tuple':
        return 1 + this.deepest(bare.rest === undefined ? bare.items : [...bare.items, bare.rest]);
      case 'nullable':
      case 'undefinable':
      case 'limited':
        return this.depthOf(bare.inner);
      case 'choice':
        return this.deepest(bare.members);
    }
  }

  /** The depth of the deepest of several types. */
  deepest(types: readonly TypeModel[]): number {
    return types.reduce((depth, type) => Math.max(depth, this.depthOf(type)), 0);
  }

  #composite(kind: string, parts: readonly string[]): string {
    return `${kind}:${numberIn(this.#composites, `${kind}(${parts.join(',')})`)}`;
  }
}

function numberIn<K>(numbers: Map<K, number>, key: K): number {
  const known = numbers.get(key);
  if (known !== undefined) return known;
  const next = numbers.size;
  numbers.set(key, next);
  return next;
}
