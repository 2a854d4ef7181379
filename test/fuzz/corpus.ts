import { FrameDecoder } from '../../src/wire/frame-decoder.ts';
import type { AnyMethod } from '../../src/wire/method.ts';
import { CallPair } from '../support/call-pair.ts';
import type { FakeConnection } from '../support/fake-wire.ts';
import { Dice } from './dice.ts';
import { FUZZ_HANDLERS, FUZZ_METHODS, FUZZ_SETTINGS, FuzzCall, startCall } from './fuzz-calls.ts';

/** A whole frame, header included, and the lane it travelled on. */
export interface LaneFrame {
  readonly lane: number;
  readonly bytes: Buffer;
}

/** What two engines said to each other, HELLO first. */
export interface Conversation {
  readonly toServer: readonly LaneFrame[];
  readonly toClient: readonly LaneFrame[];
  /** The calls in the order in which they were begun; their ids are 1, 2, 3 and so on. */
  readonly methods: readonly AnyMethod[];
}

/** Real conversations of all kinds of calls, small and large, cancelled and not. */
export async function recordConversations(count: number, seed: number): Promise<Conversation[]> {
  const dice = new Dice(seed);
  const conversations: Conversation[] = [];
  for (let i = 0; i < count; i++) conversations.push(await record(dice));
  return conversations;
}

async function record(dice: Dice): Promise<Conversation> {
  const pair = new CallPair({ settings: FUZZ_SETTINGS, handlers: FUZZ_HANDLERS });
  const toServer = tap(pair.wire.server);
  const toClient = tap(pair.wire.client);
  pair.wire.run();
  const calls = Array.from({ length: 1 + dice.below(8) }, () => new FuzzCall(dice.pick(FUZZ_METHODS), 'all'));
  for (const call of calls) {
    startCall(pair, call, {
      size: dice.pick([0, 1, 30, 200, 3_000, 20_000, 60_000]),
      items: dice.below(6),
      timeoutMs: dice.pick([0, 50, 5_000]),
    });
    if (dice.chance(0.5)) await pair.settle(2);
    if (dice.chance(0.1)) call.cancel(new Error('enough') as never);
  }
  for (let i = 0; i < 6; i++) {
    for (const call of calls) call.read();
    await pair.settle(2);
  }
  pair.wire.pass(100);
  return { toServer, toClient, methods: calls.map(({ method }) => method) };
}

/** Keeps every frame that arrives at an end, also on lanes that are opened later. */
function tap(end: FakeConnection): LaneFrame[] {
  const frames: LaneFrame[] = [];
  const { lanes } = end;
  const tapLane = (index: number): void => {
    const lane = lanes[index] as FakeConnection['lanes'][number];
    const inject = lane.inject.bind(lane);
    const decoder = new FrameDecoder((frame) =>
      frames.push({ lane: index, bytes: Buffer.from(frame.bytes.subarray(frame.start - 8, frame.end)) }),
    );
    lane.inject = (bytes) => {
      decoder.push(Buffer.from(bytes));
      inject(bytes);
    };
  };
  for (const index of lanes.keys()) tapLane(index);
  const push = lanes.push.bind(lanes);
  lanes.push = (...added) => {
    const length = push(...added);
    tapLane(length - 1);
    return length;
  };
  return frames;
}
