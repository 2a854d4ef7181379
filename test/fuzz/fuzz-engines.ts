import { CloseCode } from '../../src/call/close-code.ts';
import type { ConnectionCore } from '../../src/call/connection-core.ts';
import { CallPair } from '../support/call-pair.ts';
import type { Conversation, LaneFrame } from './corpus.ts';
import type { Dice } from './dice.ts';
import { FUZZ_HANDLERS, FUZZ_SETTINGS, FuzzCall, startCall } from './fuzz-calls.ts';
import { mutateFrames } from './mutate.ts';

/** What one case was. */
export interface CaseResult {
  readonly frames: number;
  /** Why the connection ended, digits left out; `lives` when it did not. */
  readonly outcome: string;
}

/** Gives a server what clients said in recorded conversations, changed. Throws when the engine does what it must not. */
export async function fuzzServer(corpus: readonly Conversation[], dice: Dice): Promise<CaseResult> {
  const frames = mutateFrames(dice.pick(corpus).toServer, dice.pick(corpus).toServer, dice);
  const pair = new CallPair({ settings: FUZZ_SETTINGS, handlers: FUZZ_HANDLERS, isClientRaw: true });
  const fed = await feed(pair, frames, { dice, give: (bytes, lane) => pair.toServer(bytes, lane), core: pair.server.core });
  if (!pair.serverClosed && pair.server.inFlight > (FUZZ_SETTINGS.maxCalls as number))
    throw new Error(`${pair.server.inFlight} calls in flight`);
  const outcome = outcomeOf(pair.serverClosed);
  pair.server.close('the case is over');
  pair.wire.pass(20);
  checkNothingIsLeft(pair, pair.server.inFlight);
  if (pair.load.inFlight !== 0) throw new Error(`${pair.load.inFlight} calls are counted for the server, and there is none`);
  return { frames: fed, outcome };
}

/** Gives a client with the same calls in flight what servers answered in recorded conversations, changed. */
export async function fuzzClient(corpus: readonly Conversation[], dice: Dice): Promise<CaseResult> {
  const conversation = dice.pick(corpus);
  const [hello, ...rest] = conversation.toClient as [LaneFrame, ...LaneFrame[]];
  const pair = new CallPair({ settings: FUZZ_SETTINGS, isServerRaw: true });
  const isOpen = dice.chance(0.95);
  if (isOpen) pair.toClient(hello.bytes);
  const calls: FuzzCall[] = [];
  for (const method of isOpen ? conversation.methods : []) {
    const call = new FuzzCall(method, dice.pick(['all', 'some', 'nothing']));
    startCall(pair, call, { size: dice.pick([0, 10, 20_000]), items: dice.below(3), timeoutMs: dice.pick([0, 0, 5, 1_000]) });
    calls.push(call);
  }
  const frames = mutateFrames(isOpen ? rest : conversation.toClient, dice.pick(corpus).toClient, dice);
  const fed = await feed(pair, frames, {
    dice,
    give: (bytes, lane) => pair.toClient(bytes, lane % pair.wire.client.lanes.length),
    core: pair.client.core,
    turn: () => {
      for (const call of calls) call.read();
    },
  });
  const outcome = outcomeOf(pair.clientClosed);
  pair.client.close('the case is over');
  pair.wire.pass(20);
  if (calls.some((call) => !call.isDone)) throw new Error('A call of a closed connection has not ended');
  checkNothingIsLeft(pair, pair.client.inFlight);
  return { frames: fed, outcome };
}

interface Feeding {
  readonly dice: Dice;
  readonly give: (bytes: Buffer, lane: number) => void;
  readonly core: ConnectionCore;
  readonly turn?: () => void;
}

/** Gives frames, cut and joined like packets, and lets time, ticks and promises move in between. */
async function feed(pair: CallPair, frames: readonly LaneFrame[], { dice, give, core, turn }: Feeding): Promise<number> {
  let fed = 0;
  for (let i = 0; i < frames.length && !core.closed; ) {
    const { lane } = frames[i] as LaneFrame;
    const chunk = [(frames[i++] as LaneFrame).bytes];
    while (i < frames.length && (frames[i] as LaneFrame).lane === lane && dice.chance(0.5)) chunk.push((frames[i++] as LaneFrame).bytes);
    fed += chunk.length;
    const bytes = chunk.length === 1 ? (chunk[0] as Buffer) : Buffer.concat(chunk);
    const at = dice.chance(0.2) ? dice.below(bytes.length + 1) : bytes.length;
    give(bytes.subarray(0, at), lane);
    if (at < bytes.length) give(bytes.subarray(at), lane);
    if (dice.chance(0.5)) pair.wire.endTick();
    if (dice.chance(0.2)) turn?.();
    if (dice.chance(0.1)) pair.wire.clock.advance(dice.pick([0, 1, 20]));
    if (dice.chance(0.1)) for (let turns = dice.below(8); turns > 0; turns--) await undefined;
    check(core);
  }
  pair.wire.endTick();
  pair.wire.clock.advance(1);
  check(core);
  return fed;
}

/** What must hold at any moment. */
function check(core: ConnectionCore): void {
  const { connectionCreditBytes, maxCalls, callCreditBytes } = core.settings;
  if (!(core.credit.forSending >= 0 && Number.isSafeInteger(core.credit.forSending)))
    throw new Error(`the credit to send is ${core.credit.forSending}`);
  if (core.credit.forReceiving > connectionCreditBytes)
    throw new Error(`${core.credit.forReceiving} bytes of credit were given back, more than came`);
  if (!core.closed && core.credit.forReceiving < 0)
    throw new Error(`${core.credit.forReceiving} bytes of credit are left, and the connection lives`);
  const most = 4 * connectionCreditBytes + maxCalls * (2 * 16_640 + callCreditBytes);
  if (core.unfinished.bytes < 0 || core.unfinished.bytes > most)
    throw new Error(`${core.unfinished.bytes} bytes of unfinished messages are kept`);
  if (core.lanes.length > core.settings.maxLanes) throw new Error(`${core.lanes.length} lanes are open`);
}

function checkNothingIsLeft(pair: CallPair, inFlight: number): void {
  if (inFlight !== 0) throw new Error(`${inFlight} calls are in flight on a connection that has ended`);
  const { size } = pair.wire.environment.deadlines;
  if (size !== 0) throw new Error(`${size} deadlines wait for a connection that has ended`);
}

function outcomeOf(closed: { readonly code: number; readonly reason: string } | undefined): string {
  if (closed === undefined) return 'lives';
  if (!ALLOWED.includes(closed.code)) throw new Error(`the connection was closed with ${closed.code}: ${closed.reason}`);
  if (closed.reason === '') throw new Error('the connection was closed without a reason');
  return closed.reason
    .replaceAll(/\d+/g, 'N')
    .replaceAll(/method .* has an unknown/g, 'method X has an unknown')
    .slice(0, 70);
}

/** How a connection may end because of what its peer sent; NORMAL is a client whose server drains. */
const ALLOWED: readonly number[] = [CloseCode.PROTOCOL_ERROR, CloseCode.INCOMPATIBLE, CloseCode.NORMAL];
