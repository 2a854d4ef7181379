import type { MethodSlot } from '../call/method-table.ts';
import { layoutMethod, type ServedLayout } from '../wire/method-layout.ts';
import type { MethodRegistration } from './service.ts';

/** Tells clients how the messages of a method are laid out, so that they can see whether their own definition goes with it. */
export function layoutRegistration(find: (name: string) => MethodSlot | undefined): MethodRegistration {
  const handle = (name: string): ServedLayout | undefined => {
    const method = find(name)?.method;
    if (method === undefined) return undefined;
    const { kind, fingerprint, schema } = method;
    return { method: { name, kind, fingerprint }, layout: schema };
  };
  return { kind: 'unary', method: layoutMethod, handle, isAlwaysTaken: true };
}
