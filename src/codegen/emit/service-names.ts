import { reachableFrom, recursiveShapes } from '../model/reachable.ts';
import type { MethodModel, ServiceModel } from '../model/service-model.ts';
import type { AliasModel, Shape } from '../model/type-model.ts';

/** The names and facts that all files of one service share. */
export class ServiceNames {
  readonly service: ServiceModel;
  /** `Compute` */
  readonly stem: string;
  /** `compute`: the stem of values. */
  readonly prefix: string;
  /** `compute-things`: the folder. */
  readonly folder: string;
  readonly shapes: readonly Shape[];
  readonly recursive: ReadonlySet<Shape>;
  /** The names of the definition's types that the service uses. */
  readonly declared: ReadonlySet<string>;
  /** The named aliases among them. */
  readonly aliases: readonly AliasModel[];
  readonly #shapeNames = new Map<Shape, string>();
  readonly #parameterNames = new Map<MethodModel, string>();

  constructor(service: ServiceModel) {
    this.service = service;
    this.stem = service.stem.slice(0, 1).toUpperCase() + service.stem.slice(1);
    this.prefix = toCamelCase(this.stem);
    this.folder = toKebabCase(this.stem);
    const { shapes, declarations, aliases } = reachableFrom(service);
    this.shapes = shapes;
    this.aliases = aliases;
    this.declared = new Set(declarations.map((declaration) => declaration.name));
    this.recursive = recursiveShapes(shapes);
    this.#nameAll();
  }

  /** The second half of a shape's function names: `writeX`, `readX`. */
  shape(shape: Shape): string {
    return this.#shapeNames.get(shape) ?? shape.name;
  }

  /** Names that generated files export or rely on: a type of the definition cannot have them. */
  reserved(): ReadonlySet<string> {
    const { stem, prefix } = this;
    const own = [
      `${stem}Client`,
      `${stem}Handler`,
      `${stem}Server`,
      `${prefix}Methods`,
      `${prefix}Service`,
      `${prefix}Error`,
      `is${stem}Error`,
    ];
    return new Set([...own, `${prefix}ErrorCodec`, this.typeTexts, this.shapeLayouts, ...GLOBALS]);
  }

  /** The constant that says what the definition's types stand for. */
  get typeTexts(): string {
    return `${this.prefix}Types`;
  }

  /** The constant with the layouts of the service's objects. */
  get shapeLayouts(): string {
    return `${this.prefix}Shapes`;
  }

  /** The interface of a method's parameters. */
  parameters(method: MethodModel): string {
    return this.#parameterNames.get(method) ?? method.name;
  }

  /** Declared names come first and stay as they are; others get a number where they clash. */
  #nameAll(): void {
    const taken = new Set<string>([...this.declared, ...HELPER_SUFFIXES]);
    const claim = (base: string): string => {
      let name = base;
      for (let i = 2; taken.has(name); i++) name = `${base}${i}`;
      taken.add(name);
      return name;
    };
    for (const shape of this.shapes) {
      const name = shape.declaration?.name;
      if (name !== undefined) this.#shapeNames.set(shape, HELPER_SUFFIXES.has(name) ? claim(`${name}Shape`) : name);
    }
    for (const method of this.service.methods) {
      const pascal = method.name.slice(0, 1).toUpperCase() + method.name.slice(1);
      this.#parameterNames.set(method, claim(`${pascal}Parameters`));
    }
    for (const shape of this.shapes) {
      if (shape.declaration === undefined) this.#shapeNames.set(shape, claim(shape.name));
    }
  }
}

/** Types of the language that generated files name. */
const GLOBALS: readonly string[] = (
  'Array AsyncIterable AsyncIterableIterator Date Extract Iterable Map NonNullable Object Omit Partial Pick Promise ReadonlyMap ReadonlySet ' +
  'Readonly Record Required Set Symbol Uint8Array'
).split(' ');

/** `writeText` and the like are the library's: a type named `Text` gets `writeTextShape`. */
const HELPER_SUFFIXES: ReadonlySet<string> = new Set(
  'Bigint Boolean Bytes Date Float32 Int64 Json Literal NextPresence Null Number Numbers Presence Signed Text Uint64 Unsigned'.split(' '),
);

/** `ImageResizer` as `imageResizer`, `HTTPProxy` as `httpProxy`. */
function toCamelCase(pascal: string): string {
  return pascal.replace(/^[A-Z]+(?=[A-Z][a-z]|\d|$)|^[A-Z]/u, (head) => head.toLowerCase());
}

/** `ImageResizer` as `image-resizer`. */
function toKebabCase(pascal: string): string {
  return pascal
    .replace(/([a-z\d])([A-Z])/gu, '$1-$2')
    .replace(/([A-Z]+)([A-Z][a-z])/gu, '$1-$2')
    .replace(/_/gu, '-')
    .toLowerCase();
}
