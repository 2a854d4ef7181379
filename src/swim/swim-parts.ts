import { SwimContext } from './context.ts';
import { Departure } from './departure.ts';
import { Gossip } from './gossip.ts';
import { Greeter } from './greeter.ts';
import { Heal } from './heal.ts';
import { HealthReport } from './health-report.ts';
import { Heartbeats } from './heartbeats.ts';
import { Inbound, type InboundParts } from './inbound.ts';
import { Join } from './join.ts';
import { LoadFollower } from './load-follower.ts';
import { Membership } from './membership.ts';
import { NameGuard } from './name-guard.ts';
import { PartitionReport } from './partition-report.ts';
import { Prober } from './prober.ts';
import { Relay } from './relay.ts';
import { SelfDefence } from './self-defence.ts';
import { checkedClusterName, localMember, type SwimOptions } from './swim-options.ts';
import { Sync } from './sync.ts';
import { TagExchange } from './tag-exchange.ts';

/** What one engine is made of: those who take what comes in datagrams, and the others. */
export interface SwimParts extends InboundParts {
  readonly context: SwimContext;
  readonly greeter: Greeter;
  readonly departure: Departure;
  readonly join: Join;
  readonly sync: Sync;
  readonly inbound: Inbound;
  readonly tags: TagExchange;
  readonly partition: PartitionReport;
  readonly healthReport: HealthReport;
}

/** Makes the parts, and lets those know each other that work together. @throws RpcError `INVALID_ARGUMENT` for a name, address or tags that cannot travel. */
export function createSwimParts(options: SwimOptions): SwimParts {
  const context = new SwimContext({ ...options, clusterName: checkedClusterName(options), self: localMember(options) });
  const gossip = new Gossip(context);
  const selfDefence = new SelfDefence(context, gossip);
  const membership = new Membership(context, gossip, selfDefence);
  const prober = new Prober(context, { gossip, membership });
  const relay = new Relay(context, gossip);
  const heartbeats = new Heartbeats(context, { gossip, prober });
  const nameGuard = new NameGuard(context, gossip);
  const heal = new Heal(context, { gossip, membership, hasSeeds: options.hasSeeds ?? false });
  const departure = new Departure(context, gossip);
  const greeter = new Greeter(context, gossip);
  const join = new Join(context, { membership, selfDefence, nameGuard, greeter });
  const sync = new Sync(context, { membership, selfDefence });
  const tags = new TagExchange(context);
  const loads = new LoadFollower(context, gossip);
  const talking: InboundParts = { gossip, selfDefence, membership, prober, relay, heartbeats, nameGuard, heal, loads };
  const inbound = new Inbound(context, talking);
  selfDefence.onRival = (claim) => nameGuard.checkRival(claim, selfDefence, () => departure.halt());
  tags.onTags = (member, found, now) => membership.takeTags(member, found, now);
  membership.onLargeTags = (member, from, now) => tags.want(member, from, now);
  const partition = new PartitionReport(context, membership);
  const healthReport = new HealthReport(context);
  return { ...talking, context, greeter, departure, join, sync, inbound, tags, partition, healthReport };
}
