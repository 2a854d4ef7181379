import { assertNever } from '../util/assert-never.ts';
import type { SwimParts } from './swim-parts.ts';
import type { SwimTimer } from './timer.ts';

/** Has the part that asked for a timer do what is due. */
export function runTimer(parts: SwimParts, timer: SwimTimer, now: number): void {
  const key = timer.key;
  switch (timer.kind) {
    case 'probe':
      return parts.prober.tick(now);
    case 'gossip':
      return runGossip(parts, now);
    case 'heartbeat':
      return parts.heartbeats.tick(now);
    case 'sync':
      return parts.sync.tick();
    case 'reconnect':
      return parts.heal.handleReconnectTimer();
    case 'seeds':
      return parts.heal.handleSeedsTimer();
    case 'housekeeping':
      return parts.heal.handleHousekeepingTimer(now);
    case 'probeDirect':
      return parts.prober.handleDirectTimeout(Number(key));
    case 'probeVerdict':
      return parts.prober.handleVerdict(Number(key), now);
    case 'relay':
      return parts.relay.handleTimer(Number(key));
    case 'phiCheck':
      return parts.heartbeats.handlePhiCheck(String(key), now);
    case 'suspicion':
      return parts.membership.endSuspicion(String(key), now);
    case 'nameCheck':
      return parts.nameGuard.handleTimer(Number(key));
    case 'partition':
      return parts.partition.judge(now);
    case 'localHealth':
      // What there is to tell is told at the end of every call.
      return;
    case 'greeting':
      return parts.greeter.tick(now);
    case 'loads':
      return parts.loads.tick(now);
    case 'tags':
      return parts.tags.tick(now);
    case 'leave':
      return parts.departure.finish();
    default:
      assertNever(timer.kind, 'timer');
  }
}

function runGossip({ gossip, departure }: SwimParts, now: number): void {
  gossip.tick(now);
  departure.noteRound();
}
