import { expectInteger, expectNames } from '../errors/expect.ts';
import type { CallOptions } from '../rpc/caller.ts';
import type { RpcClientOptions } from '../rpc/client-options.ts';

/** Settings of a {@link ClusterClient}; every one optional. */
export interface ClusterClientOptions {
  /** How to connect to workers. Default: the certificate, key and `ca` that the cluster's server has at that time, `connectTimeoutMs` 2000. */
  readonly connection?: Omit<RpcClientOptions, 'transport' | 'whenDisconnected' | 'shareConnection'>;
  /** Attempts of one call, the first included; those that reached no handler do not count. Default 3; more than 5 counts as 5. */
  readonly maxAttempts?: number;
  /** Deadline of unary calls that name none, all attempts together. Default 30,000 ms; 0 is none. */
  readonly defaultTimeoutMs?: number;
  /** A connection to a worker without calls for this long is closed. Default 60,000 ms. */
  readonly idleConnectionMs?: number;
}

/** Per-call settings of a cluster client. */
export interface ClusterCallOptions extends CallOptions {
  /** Calls with the same key go to the same worker while it is there and healthy. */
  readonly key?: string;
}

/** How often a call is tried and how long its connections live. */
export interface ClusterClientSettings {
  readonly maxAttempts: number;
  readonly defaultTimeoutMs: number;
  readonly idleConnectionMs: number;
}

/** @throws RpcError `INVALID_ARGUMENT` naming the option. */
export function resolveClusterClientOptions(options: ClusterClientOptions): ClusterClientSettings {
  expectNames('the options of ClusterClient', options, NAMES);
  const settings = {
    maxAttempts: options.maxAttempts ?? 3,
    defaultTimeoutMs: options.defaultTimeoutMs ?? 30_000,
    idleConnectionMs: options.idleConnectionMs ?? 60_000,
  };
  expectInteger('maxAttempts', settings.maxAttempts, 1);
  expectInteger('defaultTimeoutMs', settings.defaultTimeoutMs, 0);
  expectInteger('idleConnectionMs', settings.idleConnectionMs, 1);
  return { ...settings, maxAttempts: Math.min(MOST_ATTEMPTS, settings.maxAttempts) };
}

const NAMES: Readonly<Record<keyof ClusterClientOptions, true>> = {
  connection: true,
  maxAttempts: true,
  defaultTimeoutMs: true,
  idleConnectionMs: true,
};

/** gRPC's cap (gRFC A6): more attempts make an overload worse. */
const MOST_ATTEMPTS = 5;
