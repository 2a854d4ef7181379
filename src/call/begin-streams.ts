import type { ClientCall } from './client-call.ts';
import type { ConnectionCore } from './connection-core.ts';
import { InboundMessages } from './inbound-messages.ts';
import type { LaneIo } from './lane-io.ts';
import { OutboundMessages } from './outbound-messages.ts';
import type { ServerCall } from './server-call.ts';

/**
 * Gives a call that is not unary what its messages go through, and counts it as load of its lane until it ends. `out` and `in` say which way there is a stream, as seen from
 * this side.
 */
export function beginStreams(core: ConnectionCore, call: ClientCall | ServerCall, streams: { out: boolean; in: boolean }): void {
  const lane = call.lane as LaneIo;
  if (streams.out) call.outbound = new OutboundMessages(core, lane, call.id, () => call.onWritable());
  if (streams.in) call.inbound = new InboundMessages(core, lane, call.id);
  lane.load++;
}
