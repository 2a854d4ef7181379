import type { PartitionSettings } from '../../detector/partition.ts';
import type { PhiOptions } from '../../detector/phi-settings.ts';
import type { Random } from '../../ports/random.ts';
import type { LifeguardPart } from '../../swim/lifeguard.ts';
import type { Tags } from '../../swim/node-info.ts';
import type { SwimSettings } from '../../swim/settings.ts';

/** How a simulated node is made. */
export interface SimulatedNodeOptions {
  readonly nodeId: string;
  /** Counts the lives that the simulation has begun. */
  readonly life: number;
  /** By which rules of the network know it; the node id unless two processes share one. */
  readonly networkName: string;
  readonly epoch: number;
  readonly address: string;
  readonly gossipAddress: string;
  /** Node ids. */
  readonly seeds: readonly string[];
  readonly clusterName: string;
  readonly tags: Tags;
  readonly settings: SwimSettings;
  readonly phi: PhiOptions;
  readonly partition: Partial<PartitionSettings>;
  readonly random: Random;
  readonly without: readonly LifeguardPart[];
}
