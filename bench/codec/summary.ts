import { median } from '../statistics.ts';
import type { MessageName } from './messages.ts';

/** What one round gave for one contender and one kind of message: how many messages in a second. */
export interface RoundRates {
  readonly encode: number;
  readonly decode: number;
}

/** All that was measured for one contender and one kind of message. */
export interface CodecResult {
  readonly message: MessageName;
  readonly contender: string;
  readonly role: 'subject' | 'variant' | 'peer';
  /** Of an encoded message, the mean over its values. */
  readonly bytes: number;
  readonly rounds: readonly RoundRates[];
}

/** RpcNet beside one peer: medians of the ratios within the rounds, above 1 where RpcNet is faster. */
export interface CodecRatio {
  readonly peer: string;
  readonly encode: number;
  readonly decode: number;
  /** Of encoding and decoding one message after the other. */
  readonly both: number;
  readonly lowestBoth: number;
  readonly highestBoth: number;
}

/** How many messages a second are encoded and then decoded. */
export function bothRate({ encode, decode }: RoundRates): number {
  return 1 / (1 / encode + 1 / decode);
}

/** The median of a rate over the rounds. */
export function medianRate(result: CodecResult, rate: (rates: RoundRates) => number): number {
  return median(result.rounds.map(rate));
}

/** Holds the subject against every peer, for one kind of message; the peer that comes closest in encode plus decode is first. */
export function compareMessage(results: readonly CodecResult[], message: MessageName): CodecRatio[] {
  const ofMessage = results.filter((result) => result.message === message);
  const subject = ofMessage.find(({ role }) => role === 'subject');
  if (subject === undefined) return [];
  const peers = ofMessage.filter(({ role }) => role === 'peer');
  return peers.map((peer) => compare(subject, peer)).sort((a, b) => a.both - b.both);
}

function compare(subject: CodecResult, peer: CodecResult): CodecRatio {
  const ratios = (rate: (rates: RoundRates) => number): number[] =>
    subject.rounds.map((rates, round) => rate(rates) / rate(peer.rounds[round] as RoundRates));
  const both = ratios(bothRate);
  return {
    peer: peer.contender,
    encode: median(ratios(({ encode }) => encode)),
    decode: median(ratios(({ decode }) => decode)),
    both: median(both),
    lowestBoth: Math.min(...both),
    highestBoth: Math.max(...both),
  };
}
