/**
 * For tests: a network in memory that servers and clients take as their `transport`, and a whole cluster's membership simulated from a seed on virtual
 * time, with the clock and the chance that both are made of.
 *
 * @packageDocumentation
 */
export type { Clock, ScheduledTask } from './ports/clock.ts';
export type { DatagramNetwork, DatagramSocket } from './ports/datagram-socket.ts';
export type { NameResolver, ServiceRecord } from './ports/name-resolver.ts';
export type { Random } from './ports/random.ts';
export type {
  CloseInfo,
  Connection,
  ConnectionHandler,
  ConnectOptions,
  Lane,
  LaneHandler,
  Listener,
  ListenOptions,
  Peer,
  PeerCertificate,
  Transport,
} from './ports/transport.ts';
export type { LifeguardPart } from './swim/lifeguard.ts';
export { FakeClock, type FakeClockOptions } from './testing/fake-clock.ts';
export { seededRandom } from './testing/seeded-random.ts';
export {
  type AddNodeOptions,
  ClusterSimulation,
  type ClusterSimulationOptions,
  type RestartOptions,
} from './testing/simulation/cluster-simulation.ts';
export type { FaultCounters, SimulatedFaults } from './testing/simulation/fault-counters.ts';
export { InvariantError } from './testing/simulation/invariant-error.ts';
export type { ActiveRule, LinkRule } from './testing/simulation/link-rule.ts';
export type { NetworkConditions, NetworkCounters } from './testing/simulation/simulated-network.ts';
export type { SlowOptions } from './testing/simulation/slow-node.ts';
export type { StallPlace } from './testing/simulation/stalled-loop.ts';
export type { MemoryConditions } from './transports/memory/memory-conditions.ts';
export { MemoryNames } from './transports/memory/memory-names.ts';
export {
  createMemoryNetwork,
  type MemoryEndpointOptions,
  type MemoryNetwork,
  type MemoryNetworkOptions,
} from './transports/memory/memory-network.ts';
