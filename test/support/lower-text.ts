import { lowerServices } from '../../src/codegen/lower/lower-service.ts';
import { TypeLowering } from '../../src/codegen/lower/lower-type.ts';
import type { MethodModel, ServiceModel } from '../../src/codegen/model/service-model.ts';
import type { Field, Shape, TypeModel } from '../../src/codegen/model/type-model.ts';
import { FileSet } from '../../src/codegen/parse/file-set.ts';
import { type Diagnostic, Diagnostics } from '../../src/codegen/source/diagnostic.ts';

/** Reads the services of `a.rpc.ts` from files that exist only here. */
export function lowerText(files: Readonly<Record<string, string>>): {
  readonly services: readonly ServiceModel[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const diagnostics = new Diagnostics();
  const set = new FileSet((path) => files[path.slice(1)], 'rpcnet', diagnostics);
  const lowering = new TypeLowering(set, diagnostics);
  const file = set.load('/a.rpc.ts', 'definition');
  if (file === undefined) throw new Error('The files of a test must have a.rpc.ts');
  const services = lowerServices(lowering, file);
  lowering.finish();
  return { services, diagnostics: diagnostics.sorted() };
}

/** The model of one type, in words; `more` are declarations beside the service. */
export function lowered(type: string, more = '', files: Readonly<Record<string, string>> = {}): string {
  const head = `import type { float32, int8, int16, int32, int64, Json, Service, Stream, uint8, uint16, uint32, uint64 } from 'rpcnet';\n`;
  const source = `${head}export interface AService extends Service { m(): Stream<${type}> }\n${more}`;
  const { services, diagnostics } = lowerText({ ...files, 'a.rpc.ts': source });
  if (diagnostics.length > 0) throw new Error(diagnostics.map(({ line, column, message }) => `${line}:${column} ${message}`).join('\n'));
  const [method] = (services[0] as ServiceModel).methods;
  return describeType((method as MethodModel).response as TypeModel);
}

/** A type in words. A shape is written out where it is first met, and named after that. */
export function describeType(type: TypeModel, met: Set<Shape> = new Set()): string {
  const inner = (part: TypeModel): string => describeType(part, met);
  switch (type.kind) {
    case 'scalar':
      return type.scalar;
    case 'literals':
      return type.values.map((value) => (typeof value === 'bigint' ? `${value}n` : JSON.stringify(value))).join(' | ');
    case 'list':
    case 'set':
      return `${type.readonly === true ? 'readonly ' : ''}${type.kind}(${inner(type.item)})`;
    case 'map':
      return `${type.readonly === true ? 'readonly ' : ''}map(${inner(type.key)}, ${inner(type.value)})`;
    case 'record':
      return `record(${inner(type.value)})`;
    case 'tuple': {
      const items = type.items.map((item, index) => `${inner(item)}${index < type.required ? '' : '?'}`);
      return `${type.readonly === true ? 'readonly ' : ''}[${[...items, ...(type.rest === undefined ? [] : [`...${inner(type.rest)}`])].join(', ')}]`;
    }
    case 'nullable':
    case 'undefinable':
      return `${type.kind}(${inner(type.inner)})`;
    case 'choice':
      return `choice(${type.members.map(inner).join(', ')})`;
    case 'limited':
      return `limited(${inner(type.inner)}, ${JSON.stringify(type.limits)})`;
    case 'alias':
      return `${type.typeText ?? type.declaration.name} = ${type.target === undefined ? 'nothing' : inner(type.target)}`;
    case 'shape':
      return describeShape(type.shape, met);
  }
}

function describeShape(shape: Shape, met: Set<Shape>): string {
  const name = shape.declaration?.name ?? shape.typeText ?? '';
  if (met.has(shape)) return `^${name === '' ? shape.name : name}`;
  met.add(shape);
  const { body } = shape;
  if (body === undefined) return `${name} without a body`;
  if (body.kind === 'struct') return `${name}${describeFields(body.fields, met)}`;
  const variants = body.variants.map(({ tag, fields }) => `${String(tag)}: ${describeFields(fields, met)}`);
  return `${name}<${body.discriminant} ${variants.join(' | ')}>`;
}

function describeFields(fields: readonly Field[], met: Set<Shape>): string {
  const texts = fields.map(({ name, optional, allowsUndefined, type }) => {
    return `${name}${optional ? '?' : ''}${optional && allowsUndefined ? '?' : ''}: ${describeType(type, met)}`;
  });
  return `{${texts.join(', ')}}`;
}
