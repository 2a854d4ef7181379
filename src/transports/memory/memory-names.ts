import { RpcError } from '../../errors/rpc-error.ts';
import type { NameResolver, ServiceRecord } from '../../ports/name-resolver.ts';

/**
 * The names of a network in memory. A host that was given no addresses stands for itself; what a name stands for may change at any time.
 *
 * @example
 * network.names.set('workers', ['a', 'b']);
 * network.names.setService('_rpcnet._tcp.example', [{ host: 'a', port: 4000, priority: 0, weight: 1 }]);
 * network.names.set('workers', []); // it has no record any more
 */
export class MemoryNames implements NameResolver {
  readonly #hosts = new Map<string, readonly string[] | RpcError>();
  readonly #services = new Map<string, readonly ServiceRecord[] | RpcError>();
  /** How often somebody asked for a name, each question counted. */
  questions = 0;

  /** What a host name stands for from now on: hosts of the network, none (it has no record), or an error with which looking it up fails. */
  set(host: string, addresses: readonly string[] | RpcError): void {
    this.#hosts.set(host, addresses);
  }

  /** The SRV records of a service name from now on, or an error with which looking it up fails. */
  setService(name: string, records: readonly ServiceRecord[] | RpcError): void {
    this.#services.set(name, records);
  }

  addresses(host: string): Promise<readonly string[]> {
    return this.#answer(host, this.#hosts.get(host) ?? [host]);
  }

  services(name: string): Promise<readonly ServiceRecord[]> {
    return this.#answer(name, this.#services.get(name) ?? []);
  }

  async #answer<T>(name: string, found: readonly T[] | RpcError): Promise<readonly T[]> {
    this.questions++;
    if (found instanceof RpcError) throw found;
    if (found.length === 0) throw new RpcError('UNAVAILABLE', `${name} has no record: set one in the network's names`, { notTaken: true });
    return found;
  }
}
