/**
 * Clusters: nodes that find each other, notice failures, and route calls to healthy workers. Begin with `server.enableCluster()` of `rpcnet`.
 *
 * @packageDocumentation
 */
export type { StrategyName } from './balance/create-strategy.ts';
export { ClusterClient, type WorkerOutcome } from './cluster/cluster-client.ts';
export type { ClusterCallOptions, ClusterClientOptions } from './cluster/cluster-client-options.ts';
export type { ClusterEvent, EventsOptions, SubscribeOptions } from './cluster/cluster-event.ts';
export { ClusterMembership } from './cluster/cluster-membership.ts';
export type { ClusterOptions, GossipOptions, PartitionOptions } from './cluster/cluster-options.ts';
export type { ClusterSecurity, SecurityStatus } from './cluster/cluster-security.ts';
export type { SecurityChange } from './cluster/key-rotation.ts';
export type { ClusterPeer } from './cluster/peer-guard.ts';
export type { ReadyOptions } from './cluster/readiness.ts';
export { WorkerRegistry } from './cluster/worker-registry.ts';
export type { PhiOptions, PhiSettings } from './detector/phi-settings.ts';
export type { CallToken } from './registry/calls-in-flight.ts';
export { NodeRegistry } from './registry/node-registry.ts';
export type { LoadBalancer, LoadReport, NodeSource } from './registry/node-source.ts';
export type { Candidate, PickContext, Strategy } from './registry/strategy.ts';
export type { TagFilterInput } from './registry/tag-filter.ts';
export type { Worker, WorkerEvent } from './registry/worker.ts';
export type { SelectOptions, WorkerRegistryOptions } from './registry/worker-registry.ts';
export type { MembershipEvent } from './swim/membership-event.ts';
export type { NodeInfo, NodeState, Tags } from './swim/node-info.ts';
export type { Profile, SwimSettings, SwimSettingsOptions } from './swim/settings.ts';
export type { SwimStats } from './swim/swim-options.ts';
