import { expectText } from '../errors/expect.ts';
import type { Random } from '../ports/random.ts';
import type { SwimCounters } from './context.ts';
import type { PartitionWatch, PhiWatch } from './detectors.ts';
import { ownTags, type TagHash } from './large-tags.ts';
import type { LifeguardPart } from './lifeguard.ts';
import { expectAddress, expectNodeId, expectTags, MAX_EPOCH } from './limits.ts';
import { createMember, type Member } from './member.ts';
import type { Tags } from './node-info.ts';
import type { SwimSettings } from './settings.ts';

/** What an engine is made from. */
export interface SwimOptions {
  readonly nodeId: string;
  /** Start of this life in milliseconds since 1970. */
  readonly epoch: number;
  /** `host:port` under which others reach the RPC server. */
  readonly address: string;
  /** `host:port` under which others reach the gossip socket. */
  readonly gossipAddress: string;
  /** Nodes with another one are refused. Default `default`. */
  readonly clusterName?: string;
  readonly tags?: Tags;
  /** Whether `joinSeeds` can be carried out. Default false: this node waits to be joined. */
  readonly hasSeeds?: boolean;
  readonly settings: SwimSettings;
  readonly random: Random;
  readonly phi: PhiWatch;
  readonly partition: PartitionWatch;
  readonly hashTags: TagHash;
  /** Parts of Lifeguard to do without, for tests. Default none. */
  readonly without?: readonly LifeguardPart[];
}

/** Numbers about one engine. `alive` includes this node. */
export interface SwimStats {
  readonly alive: number;
  readonly suspect: number;
  readonly failed: number;
  readonly left: number;
  /** Entries in memory, those included that were only heard of. */
  readonly remembered: number;
  /** Peers that get heartbeats. */
  readonly watched: number;
  /** 0 is healthy; see `health-score.ts`. */
  readonly healthScore: number;
  /** A partition was reported and has not healed. */
  readonly isPartitioned: boolean;
  /** News that is still to be passed on. */
  readonly newsWaiting: number;
  /** The probe timeout that the measured round trips give. */
  readonly directTimeoutMs: number;
  readonly counters: Readonly<SwimCounters>;
}

/** The cluster's name, when everything given can travel. @throws RpcError `INVALID_ARGUMENT` naming what cannot. */
export function checkedClusterName(options: SwimOptions): string {
  const { nodeId, address, gossipAddress, tags = {}, clusterName = 'default' } = options;
  expectNodeId(nodeId);
  expectAddress('address', address);
  expectAddress('gossipAddress', gossipAddress);
  expectTags(tags);
  expectText('clusterName', clusterName);
  return clusterName;
}

/** This node's own entry. */
export function localMember(options: SwimOptions): Member {
  const { nodeId, address, gossipAddress, tags = {} } = options;
  const epoch = Math.min(MAX_EPOCH, Math.max(0, Math.floor(options.epoch)));
  const record = { nodeId, epoch, incarnation: 0, state: 'alive', address, gossipAddress, tags } as const;
  return Object.assign(createMember(record, { nowMs: 0, isLocal: true }), ownTags(tags, options.hashTags));
}
