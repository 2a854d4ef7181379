import { MESSAGE_NAMES, type MessageName } from './messages.ts';
import { type CodecResult, compareMessage } from './summary.ts';

/** One of the figures that RpcNet's codecs are to reach, beside what was measured. */
export interface CodecTarget {
  readonly figure: string;
  readonly measured: string;
  readonly mustReach: string;
  readonly isReached: boolean;
}

/** The table of targets. Without peers in the run there is nothing to hold RpcNet against, and the table is empty. */
export function compareWithTargets(results: readonly CodecResult[]): CodecTarget[] {
  return [
    ...MESSAGE_NAMES.flatMap((message) => speedTarget(results, message)),
    ...MESSAGE_NAMES.flatMap((message) => sizeTarget(results, message)),
  ];
}

function speedTarget(results: readonly CodecResult[], message: MessageName): CodecTarget[] {
  const mustReach = FASTER_THAN_OTHERS[message];
  const [closest] = compareMessage(results, message);
  if (mustReach === undefined || closest === undefined) return [];
  return [
    {
      figure: `encode plus decode of ${message}, against the fastest other (${closest.peer})`,
      measured: `${Number(closest.both.toPrecision(3))}x`,
      mustReach: mustReach === 1 ? 'above 1x' : `${mustReach}x`,
      isReached: mustReach === 1 ? closest.both > 1 : closest.both >= mustReach,
    },
  ];
}

function sizeTarget(results: readonly CodecResult[], message: MessageName): CodecTarget[] {
  const ofMessage = results.filter((result) => result.message === message);
  const subject = ofMessage.find(({ role }) => role === 'subject');
  const [smallest] = ofMessage.filter(({ role }) => role === 'peer').sort((a, b) => a.bytes - b.bytes);
  if (subject === undefined || smallest === undefined) return [];
  const ratio = subject.bytes / smallest.bytes;
  return [
    {
      figure: `bytes of ${message}, against the smallest other (${smallest.contender})`,
      measured: `${ratio.toFixed(3)}x`,
      mustReach: `at most ${LARGEST_SIZE}x`,
      isReached: ratio <= LARGEST_SIZE,
    },
  ];
}

/** How many times as fast as the fastest other RpcNet must be. Messages of bytes only are left out: there, everybody copies or looks at the same bytes. */
const FASTER_THAN_OTHERS: Readonly<Partial<Record<MessageName, number>>> = { small: 1, nested: 1.3, nums: 1, objs: 2 };

const LARGEST_SIZE = 1.05;
