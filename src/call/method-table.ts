import type { AnyMethod } from '../wire/method.ts';
import type { IncomingCall, ServerCall } from './server-call.ts';

/** A method and what serves it. Registering the method again changes the slot in place, so that open connections use the new handler too. */
export interface MethodSlot {
  method: AnyMethod;
  open: (incoming: IncomingCall) => ServerCall;
  /** Taken also when the server has as many calls in flight as it may: what says whether it lives must not fail because it is busy. */
  isAlwaysTaken: boolean;
}

/** Whether a method is served also while the server takes only safe calls: it changes nothing, or says whether the server lives. */
export function isServedReadOnly({ method, isAlwaysTaken }: MethodSlot): boolean {
  return isAlwaysTaken || method.safe === true;
}

/** The methods of one server, by name. */
export class MethodTable {
  readonly #slots = new Map<string, MethodSlot>();
  /** Found by name, and not announced. */
  readonly #hidden = new Map<string, MethodSlot>();

  /** Adds a method, or replaces its handler. */
  set(method: AnyMethod, open: MethodSlot['open'], isAlwaysTaken = false): void {
    const slot = this.#slots.get(method.name);
    if (slot) {
      slot.method = method;
      slot.open = open;
      slot.isAlwaysTaken = isAlwaysTaken;
    } else {
      this.#slots.set(method.name, { method, open, isAlwaysTaken });
    }
  }

  /** Adds a method that every server has, so that clients need not be told. It is taken also when the server is busy. */
  hide(method: AnyMethod, open: MethodSlot['open']): void {
    this.#hidden.set(method.name, { method, open, isAlwaysTaken: true });
  }

  find(name: string): MethodSlot | undefined {
    return this.#slots.get(name) ?? this.#hidden.get(name);
  }

  /** What HELLO announces, in the order of registration. */
  slots(): readonly MethodSlot[] {
    return [...this.#slots.values()];
  }
}
