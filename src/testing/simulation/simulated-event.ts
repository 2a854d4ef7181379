import type { MembershipEvent } from '../../swim/membership-event.ts';

/** An event as one simulated node told its subscribers. */
export interface SimulatedEvent {
  /** Virtual milliseconds since the start of the simulation. */
  readonly atMs: number;
  readonly event: MembershipEvent;
}
