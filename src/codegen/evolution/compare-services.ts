import { compareSchemas } from '../../util/schema/compare-schemas.ts';
import { type SchemaDifference, verdictOf } from '../../util/schema/schema-difference.ts';
import { describeChange } from './describe-change.ts';
import { methodSchema, type ServiceSchema } from './service-schema.ts';

/** One change of a service since an earlier version. */
export interface ServiceChange {
  readonly verdict: 'compatible' | 'breaking';
  /** As in the definition, for example `ComputeService`. */
  readonly service: string;
  /** The methods whose messages it changes; empty when it is the service itself. */
  readonly methods: readonly string[];
  /** What changed: a type and field such as `Item.price`, or a place in the messages of the method such as `request.count`; empty for a whole method. */
  readonly place: string;
  /** The type that it belongs to, if that has a name. */
  readonly type: string | undefined;
  /** In words. */
  readonly text: string;
}

/** Every change between two versions of the services of one definition, breaking ones first. */
export function compareServices(before: ReadonlyMap<string, ServiceSchema>, after: readonly ServiceSchema[]): readonly ServiceChange[] {
  const names = new Set(after.map((service) => service.name));
  const changes = after.flatMap((service) => {
    const old = before.get(service.name);
    return old === undefined ? [wholeService('compatible', service.name, 'is a new service')] : changesOf(old, service);
  });
  for (const name of before.keys()) if (!names.has(name)) changes.push(wholeService('breaking', name, 'was removed'));
  return [...changes.filter(({ verdict }) => verdict === 'breaking'), ...changes.filter(({ verdict }) => verdict === 'compatible')];
}

/** One line for a change, for example `breaking: ShopService.find, order: Item.price was string and is number`. */
export function changeText({ verdict, service, methods, place, text }: ServiceChange): string {
  const where = methods.length === 0 ? service : `${service}.${methods.join(', ')}`;
  return `${verdict}: ${where}${place === '' ? '' : `: ${place}`} ${text}`;
}

function changesOf(before: ServiceSchema, after: ServiceSchema): ServiceChange[] {
  const changes: ServiceChange[] = [];
  const shared = new SharedChanges(after.name);
  for (const [name, method] of after.methods) {
    const old = before.methods.get(name);
    if (old === undefined) changes.push(wholeMethod('compatible', `${after.name}.${name}`, 'is a new method'));
    else shared.add(name, compareSchemas(methodSchema(before, old), methodSchema(after, method)));
  }
  for (const name of before.methods.keys()) {
    if (!after.methods.has(name)) changes.push(wholeMethod('breaking', `${after.name}.${name}`, 'was removed'));
  }
  return [...changes, ...shared.changes()];
}

/** A change of a type is one change, however many methods use the type. */
class SharedChanges {
  readonly #service: string;
  readonly #byKey = new Map<string, { readonly difference: SchemaDifference; readonly methods: string[] }>();

  constructor(service: string) {
    this.#service = service;
  }

  add(method: string, differences: readonly SchemaDifference[]): void {
    for (const difference of differences) {
      const { change, type, within, first, second } = difference;
      // Without a type it is a place in the messages of this one method, unless it is the error type, which all methods share.
      const owner = type ?? (within === 'error' ? '' : method);
      const key = [change, owner, within, first, second].join('\n');
      const known = this.#byKey.get(key);
      if (known === undefined) this.#byKey.set(key, { difference, methods: [method] });
      else if (!known.methods.includes(method)) known.methods.push(method);
    }
  }

  changes(): ServiceChange[] {
    return [...this.#byKey.values()].map(({ difference, methods }) => ({
      // What others may still send cannot be taken away without breaking them.
      verdict: verdictOf(difference) === 'compatible' ? 'compatible' : 'breaking',
      service: this.#service,
      methods,
      place: placeOf(difference),
      type: difference.type,
      text: describeChange(difference),
    }));
  }
}

function placeOf({ type, within, path }: SchemaDifference): string {
  if (type === undefined) return path;
  return within === '' || within.startsWith('(') || within.startsWith('[') ? `${type}${within}` : `${type}.${within}`;
}

function wholeService(verdict: ServiceChange['verdict'], service: string, text: string): ServiceChange {
  return { verdict, service, methods: [], place: '', type: undefined, text };
}

function wholeMethod(verdict: ServiceChange['verdict'], method: string, text: string): ServiceChange {
  const dot = method.lastIndexOf('.');
  return { verdict, service: method.slice(0, dot), methods: [method.slice(dot + 1)], place: '', type: undefined, text };
}
