/**
 * What a timer of the engine is for; in brackets its key.
 *
 * - `probe`, `gossip`, `heartbeat`, `sync`, `reconnect`, `seeds`, `housekeeping`: the periodic rounds [0]
 * - `probeDirect`, `probeVerdict`: the two ends of one probe [its sequence number]
 * - `relay`: a ping on behalf of another node [its sequence number]
 * - `phiCheck`: the moment a watched peer's phi would cross the threshold [node id]
 * - `suspicion`: the end of a suspicion [node id]
 * - `nameCheck`: how long an older owner of a name may take to answer [check number]
 * - `partition`: the end of the grace time [0]
 * - `localHealth`: the next time subscribers may be told of this node's health score [0]
 * - `greeting`: the next few members to introduce this node to [0]
 * - `loads`: the next few members whose load is to be asked for [0]
 * - `tags`: the next tags to fetch [0]
 * - `leave`: the end of the linger time [0]
 */
export type TimerKind =
  | 'probe'
  | 'gossip'
  | 'heartbeat'
  | 'sync'
  | 'reconnect'
  | 'seeds'
  | 'housekeeping'
  | 'probeDirect'
  | 'probeVerdict'
  | 'relay'
  | 'phiCheck'
  | 'suspicion'
  | 'nameCheck'
  | 'partition'
  | 'localHealth'
  | 'greeting'
  | 'loads'
  | 'tags'
  | 'leave';

/** A timer as a value. `generation` is unique in the life of an engine: use it as the key of a map, and hand the whole value back when it is due. */
export interface SwimTimer {
  readonly kind: TimerKind;
  readonly key: string | number;
  readonly generation: number;
}
