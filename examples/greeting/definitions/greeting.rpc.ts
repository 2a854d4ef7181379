import type { Service } from 'rpcnet';

/** Nobody was named. */
export interface EmptyName {
  kind: 'emptyName';
}

/** Greets people. */
export interface GreetingService extends Service<EmptyName> {
  greet(name: string): Promise<string>;
}
