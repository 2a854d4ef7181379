import { expectNames, expectText, invalidArgument, invalidSecret } from '../errors/expect.ts';
import type { EventsOptions, SubscribeOptions } from './cluster-event.ts';
import type { ClusterOptions, GossipOptions, PartitionOptions } from './cluster-options.ts';
import type { ReadyOptions } from './readiness.ts';

/**
 * Throws unless the options are an object of known names, and so are the groups in it: a misspelled option would be left out without a word. For callers
 * whom no compiler checks.
 * @throws RpcError `INVALID_ARGUMENT` naming the unknown one and those that are known.
 */
export function expectClusterOptions(options: ClusterOptions): void {
  expectNames('the cluster options', options, CLUSTER_OPTIONS);
  const { gossip, partition, tls, authorize, seeds } = options;
  if (gossip !== undefined) expectNames('gossip', gossip, GOSSIP_OPTIONS);
  if (partition !== undefined) expectNames('partition', partition, PARTITION_OPTIONS);
  if (tls !== undefined) expectTls(tls);
  if (seeds !== undefined && !Array.isArray(seeds)) throw invalidArgument('seeds', 'a list of host:port or srv:name', seeds);
  if (authorize !== undefined && typeof authorize !== 'function')
    throw invalidArgument('authorize', 'a function that answers true or false', authorize);
}

/** Throws unless they can be options of `subscribe`. @throws RpcError `INVALID_ARGUMENT` */
export function expectSubscribeOptions(listener: unknown, options: SubscribeOptions): void {
  if (typeof listener !== 'function') throw invalidArgument('listener', 'a function that takes an event', listener);
  expectNames('the options of subscribe', options, SUBSCRIBE);
}

/** Throws unless they can be options of `events`. @throws RpcError `INVALID_ARGUMENT` */
export function expectEventsOptions(options: EventsOptions): void {
  expectNames('the options of events', options, EVENTS);
}

/** Throws unless they can be options of `ready`. @throws RpcError `INVALID_ARGUMENT` */
export function expectReadyOptions(options: ReadyOptions): void {
  expectNames('the options of ready', options, READY);
}

function expectTls(tls: NonNullable<ClusterOptions['tls']>): void {
  expectNames('tls', tls, TLS);
  if (tls.serverName !== undefined) expectText('tls.serverName', tls.serverName);
  for (const name of ['ca', 'cert', 'key'] as const) {
    const value: unknown = tls[name];
    const isPem = value === undefined || (typeof value === 'string' && value.length > 0) || value instanceof Uint8Array;
    if (!isPem) throw invalidSecret(`tls.${name}`, 'PEM text or its bytes');
  }
}

/** Complete by its type: an option that is added to `T` and not here does not compile. */
type Names<T> = Readonly<Record<keyof T, true>>;

/** The names of the options of a cluster. */
export const CLUSTER_OPTIONS: Names<ClusterOptions> = {
  nodeId: true,
  clusterName: true,
  seeds: true,
  tags: true,
  advertiseAddress: true,
  gossip: true,
  joinToken: true,
  authorize: true,
  joinTimeoutMs: true,
  waitForJoin: true,
  tls: true,
  membership: true,
  phi: true,
  eventCoalesceMs: true,
  partition: true,
};
/** Those of `gossip`. */
export const GOSSIP_OPTIONS: Names<GossipOptions> = { bind: true, advertiseAddress: true, key: true, keys: true, rotateEveryMs: true };
/** Those of `partition`. */
export const PARTITION_OPTIONS: Names<PartitionOptions> = { threshold: true, graceMs: true, readOnly: true };
const TLS: Names<NonNullable<ClusterOptions['tls']>> = { ca: true, cert: true, key: true, serverName: true };
const SUBSCRIBE: Names<SubscribeOptions> = { coalesceMs: true };
const EVENTS: Names<EventsOptions> = { capacity: true, coalesceMs: true };
const READY: Names<ReadyOptions> = { minNodes: true, timeoutMs: true };
