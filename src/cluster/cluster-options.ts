import { type PhiOptions, type PhiSettings, resolvePhiSettings } from '../detector/phi-settings.ts';
import { expectInteger, expectText, invalidArgument, invalidSecret } from '../errors/expect.ts';
import { RpcError } from '../errors/rpc-error.ts';
import type { Pem } from '../ports/transport.ts';
import type { RpcServer } from '../rpc/rpc-server.ts';
import type { Tags } from '../swim/node-info.ts';
import { resolveSwimSettings, type SwimSettings, type SwimSettingsOptions } from '../swim/settings.ts';
import { formatAddress, parseAddress } from '../util/address.ts';
import { expectCoalesceMs, type SubscribeOptions } from './cluster-event.ts';
import { configuredGossipKey } from './gossip-key.ts';
import { configuredKeyState, type KeyState } from './key-state.ts';
import { checkOptionsTogether } from './option-checks.ts';
import { expectClusterOptions } from './option-shapes.ts';
import type { ClusterPeer } from './peer-guard.ts';

/** How a node takes part in a cluster; every setting is optional. */
export interface ClusterOptions {
  /** The node's name, unique in the cluster and kept across restarts; at most 128 bytes. Default: the address under which it is reached. */
  readonly nodeId?: string;
  /** Nodes with another cluster name refuse each other. Default `default`. */
  readonly clusterName?: string;
  /**
   * Where the RPC servers of some nodes are: `host:port`, of which a host name stands for the nodes at all its addresses (A and AAAA records), or `srv:name`
   * for the targets of the name's SRV records. Names are resolved at each attempt. Default none: this node waits to be joined.
   */
  readonly seeds?: readonly string[];
  /** Text pairs that every node sees and routing filters on; at most 16 KiB together, and best below 512 bytes, which travel with every announcement. */
  readonly tags?: Tags;
  /** `host:port` under which others reach this node's RPC server, when that is not where it listens (`0.0.0.0`, NAT). */
  readonly advertiseAddress?: string;
  readonly gossip?: GossipOptions;
  /**
   * Accepted instead of a verified client certificate, and shown to other nodes. Keep it secret: it lets its owner join. Of a list any is accepted and the first is
   * shown, so that a token can be replaced node by node.
   */
  readonly joinToken?: string | readonly string[];
  /**
   * Decides, after certificate or token were found good, whether a peer may take part under the name that it claims. Asked for each internal call, so it should be
   * quick. Default: whoever the server's `ca` signed for, or who has the token, may take part under any name.
   *
   * @example
   * authorize: ({ nodeId, certificate }) => certificate?.subjectNames.includes(`DNS:${nodeId}.nodes.example`) ?? false
   */
  readonly authorize?: (peer: ClusterPeer) => boolean;
  /** Joining may take this long, attempts included. Without `waitForJoin`: after so long, and again each time, a warning is logged. Default 30,000 ms. */
  readonly joinTimeoutMs?: number;
  /**
   * Whether the start waits until a seed has taken this node in, and fails when none does. With false it resolves at once and the node goes on trying, also
   * after refusals: events tell who is there, `ready()` waits and says what is wrong. Then a program also runs, alone, with options under which it can never join. Default true.
   */
  readonly waitForJoin?: boolean;
  /** The identity and trust of this node's calls to others. Default: the server's certificate, key and `ca` as they are at that time, and the name `localhost`. */
  readonly tls?: { readonly ca?: Pem; readonly cert?: Pem; readonly key?: Pem; readonly serverName?: string };
  /** How fast failures are found and what that costs: a profile (`lan`, `wan`, `local`) and single settings. */
  readonly membership?: SwimSettingsOptions;
  /** Who is watched by heartbeats, and at which suspicion level (`phi.threshold`, default 8) such a peer is probed at once. */
  readonly phi?: PhiOptions;
  /** `subscribe` and `events` collect changes for so many milliseconds and tell their net result; see {@link SubscribeOptions}. Default 0: each at once. */
  readonly eventCoalesceMs?: number;
  readonly partition?: PartitionOptions;
}

/** When a partition is reported, and what follows from it. */
export interface PartitionOptions {
  /** Reported when at most this share of the expected nodes is reachable; 0 turns partition events off. Default 0.5. */
  readonly threshold?: number;
  /** For so long, in milliseconds. Longer ignores crashes of many nodes that are soon repaired, and lets a minority go on for longer. Default 30,000. */
  readonly graceMs?: number;
  /**
   * Whether the server refuses methods that are not marked safe with `UNAVAILABLE` while a partition is reported and this side has no quorum. A cluster that
   * loses half of its nodes takes no changes then until they are back, replaced, or given up (`acceptSize`). Default false.
   */
  readonly readOnly?: boolean;
}

/** The gossip socket. */
export interface GossipOptions {
  /** `host:port` to bind for UDP. Default: the RPC server's host and a port chosen by the system. */
  readonly bind?: string;
  /** `host:port` under which others reach it, when that is not where it is bound. */
  readonly advertiseAddress?: string;
  /** 32 secret bytes, the same on all nodes. Default: made by the first node and handed to those that join. */
  readonly key?: Uint8Array;
  /** One or two such keys: the first seals, both open, so that a key of one's own can be replaced node by node. Instead of `key`. */
  readonly keys?: readonly Uint8Array[];
  /** A key that the cluster made is replaced by a new one when it is so old, in milliseconds; 0 is never. Default 86,400,000 (a day), minimum 60,000. */
  readonly rotateEveryMs?: number;
}

/** The options with every default filled in. */
export interface ClusterSettings {
  readonly nodeId: string;
  readonly clusterName: string;
  readonly tags: Tags;
  readonly address: string;
  readonly gossipBind: string;
  readonly gossipAdvertiseAddress: string | undefined;
  readonly gossipKeys: KeyState | undefined;
  readonly rotateEveryMs: number;
  readonly joinTokens: readonly string[];
  readonly authorize: ((peer: ClusterPeer) => boolean) | undefined;
  readonly joinTimeoutMs: number;
  readonly waitForJoin: boolean;
  /** What differs from the server's identity; the rest is read from the server whenever a connection is made. */
  readonly tls: NonNullable<ClusterOptions['tls']>;
  readonly swim: SwimSettings;
  readonly phi: PhiSettings;
  readonly eventCoalesceMs: number;
  readonly partition: PartitionOptions;
}

/**
 * Fills in defaults from the server and checks.
 * @throws RpcError `FAILED_PRECONDITION` when the server does not listen or can verify nobody, `INVALID_ARGUMENT` for a wrong option.
 */
export function resolveClusterOptions(server: RpcServer, options: ClusterOptions): ClusterSettings {
  expectClusterOptions(options);
  const { address: listening } = server;
  if (listening === undefined)
    throw new RpcError('FAILED_PRECONDITION', 'The server must listen before its cluster is enabled: call listen() first');
  if (server.settings.clientAuth === 'none' && options.joinToken === undefined) {
    throw new RpcError(
      'FAILED_PRECONDITION',
      'No node could join: the server verifies no client certificates and no joinToken is set. Give the server `ca`, or set joinToken',
    );
  }
  const address = reachable('advertiseAddress', options.advertiseAddress ?? listening);
  const { host } = expectAddressOf('the listening address', listening);
  const swim = resolveSwimSettings(options.membership);
  const settings: ClusterSettings = {
    nodeId: options.nodeId ?? address,
    clusterName: options.clusterName ?? 'default',
    tags: options.tags ?? {},
    address,
    gossipBind: options.gossip?.bind ?? formatAddress(host, 0),
    gossipAdvertiseAddress: options.gossip?.advertiseAddress,
    gossipKeys: configuredKeys(options.gossip),
    rotateEveryMs: options.gossip?.rotateEveryMs ?? 86_400_000,
    joinTokens: expectTokens(options.joinToken),
    authorize: options.authorize,
    joinTimeoutMs: options.joinTimeoutMs ?? 30_000,
    waitForJoin: options.waitForJoin ?? true,
    tls: options.tls ?? {},
    swim,
    phi: resolvePhiSettings(options.phi, swim.heartbeatIntervalMs),
    eventCoalesceMs: options.eventCoalesceMs ?? 0,
    partition: options.partition ?? {},
  };
  expectText('clusterName', settings.clusterName);
  expectCoalesceMs('eventCoalesceMs', settings.eventCoalesceMs);
  expectInteger('joinTimeoutMs', settings.joinTimeoutMs, 1);
  if (typeof settings.waitForJoin !== 'boolean') throw invalidArgument('waitForJoin', 'true or false', settings.waitForJoin);
  expectAddressOf('gossip.bind', settings.gossipBind);
  if (settings.rotateEveryMs !== 0) expectInteger('gossip.rotateEveryMs', settings.rotateEveryMs, 60_000);
  checkOptionsTogether(settings);
  return settings;
}

function expectTokens(joinToken: ClusterOptions['joinToken']): readonly string[] {
  if (joinToken === undefined) return [];
  const tokens = typeof joinToken === 'string' ? [joinToken] : joinToken;
  const isGood = Array.isArray(tokens) && tokens.length > 0 && tokens.every((token) => typeof token === 'string' && token.length > 0);
  if (!isGood) throw invalidSecret('joinToken', 'a string that is not empty, or a list of such');
  return [...tokens];
}

function configuredKeys({ key, keys }: GossipOptions = {}): KeyState | undefined {
  if (keys === undefined) return key === undefined ? undefined : configuredKeyState(configuredGossipKey('gossip.key', key), undefined);
  if (key !== undefined) throw invalidArgument('gossip.key', 'absent where gossip.keys is given', 'both');
  if (!Array.isArray(keys)) throw invalidArgument('gossip.keys', 'a list of one or two keys', typeof keys);
  const [first, second, ...more]: readonly Uint8Array[] = keys;
  if (first === undefined || more.length > 0) throw invalidArgument('gossip.keys', 'a list of one or two keys', `${keys.length} keys`);
  const other = second === undefined ? undefined : configuredGossipKey('gossip.keys', second);
  return configuredKeyState(configuredGossipKey('gossip.keys', first), other);
}

/** An address that others can use. @throws RpcError `INVALID_ARGUMENT` for a wildcard. */
export function reachable(name: string, address: string): string {
  const { host } = expectAddressOf(name, address);
  if (host !== '0.0.0.0' && host !== '::') return address;
  throw invalidArgument(name, 'an address that other nodes can reach (a wildcard is only good for listening)', address);
}

function expectAddressOf(name: string, address: string): { readonly host: string } {
  const parsed = typeof address === 'string' ? parseAddress(address) : undefined;
  if (!parsed) throw invalidArgument(name, 'host:port, for example 127.0.0.1:61000', address);
  return parsed;
}
