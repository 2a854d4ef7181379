/** Finds out what names stand for, anew at each question: what a cluster's seeds are resolved with. */
export interface NameResolver {
  /**
   * The IP addresses of a host name (A and AAAA records); an IP address stands for itself.
   * @throws RpcError `UNAVAILABLE` when the name has none, or when that was not to be found out in time; the message says which, and what to check.
   */
  addresses(host: string): Promise<readonly string[]>;
  /**
   * The SRV records of a service name, `_rpcnet._tcp.example.org` for example, in any order.
   * @throws RpcError as {@link addresses}.
   */
  services(name: string): Promise<readonly ServiceRecord[]>;
}

/** One SRV record (RFC 2782). */
export interface ServiceRecord {
  /** A host name, or an IP address. */
  readonly host: string;
  readonly port: number;
  /** Targets with the lowest number come first; those with higher ones are for when none of them is reached. */
  readonly priority: number;
  /** Among targets of one priority: how often this one is to come first, in proportion. */
  readonly weight: number;
}
