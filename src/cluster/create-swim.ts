import { createHash } from 'node:crypto';
import { PartitionDetector } from '../detector/partition.ts';
import { PhiDetector } from '../detector/phi-detector.ts';
import type { Runtime } from '../rpc/runtime.ts';
import { Swim } from '../swim/swim.ts';
import { HASH_BYTES } from '../swim/tags-codec.ts';
import type { ClusterSettings } from './cluster-options.ts';

/** The engine of a node with these settings. Its life is counted from now on the machine's clock. */
export function createSwim(settings: ClusterSettings, runtime: Runtime, gossipAddress: string): Swim {
  const { nodeId, address, clusterName, tags, swim } = settings;
  const { readOnly: _carriedOutByTheServer, ...partition } = settings.partition;
  return new Swim({
    nodeId,
    epoch: runtime.clock.wallNow(),
    address,
    gossipAddress,
    clusterName,
    tags,
    // Seeds may also be given later, to `join`.
    hasSeeds: true,
    settings: swim,
    random: runtime.random,
    phi: new PhiDetector(nodeId, settings.phi, swim.heartbeatIntervalMs),
    partition: new PartitionDetector(nodeId, partition),
    hashTags: (encoded) =>
      createHash('sha256')
        .update(encoded)
        .digest('hex')
        .slice(0, 2 * HASH_BYTES),
  });
}
