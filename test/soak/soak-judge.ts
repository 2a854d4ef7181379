import { slopeOf } from './memory.ts';
import type { SoakMessage } from './soak-process.ts';

interface Sample {
  readonly minute: number;
  readonly used: number;
  readonly rss: number;
}

/** Collects what the processes of a soak say, and says in the end whether all of it was in order. */
export class SoakJudge {
  calls = 0;
  readonly #samples = new Map<string, Sample[]>();
  readonly #expected = new Map<string, number>();
  readonly #complaints: string[] = [];
  /** Times without a server, with what comes a little before and after. */
  readonly #outages: { from: number; to: number }[] = [];

  serverKilled(at: number): void {
    this.#outages.push({ from: at - BEFORE_MS, to: Number.POSITIVE_INFINITY });
  }

  serverBack(at: number): void {
    const last = this.#outages.at(-1);
    if (last) last.to = at + AFTER_MS;
  }

  hear(message: SoakMessage, minute: number): void {
    switch (message.kind) {
      case 'memory':
        this.calls = message.calls;
        this.#sample('client', { minute, ...message.client });
        this.#sample(`server ${this.#outages.length}`, { minute, ...message.server });
        return;
      case 'wrong':
        this.#complaints.push(`wrong answer: ${message.message}`);
        return;
      case 'failed': {
        const isOutage = this.#outages.some(({ from, to }) => message.at >= from && message.at <= to);
        if (isOutage && OUTAGE_CODES.includes(message.code)) this.#expected.set(message.code, (this.#expected.get(message.code) ?? 0) + 1);
        else
          this.#complaints.push(
            `unexpected error ${isOutage ? 'around a kill' : 'while the server was up'}: ${message.code} ${message.message}`,
          );
        return;
      }
      case 'listening':
        return;
    }
  }

  processFailed(name: string, reason: string): void {
    this.#complaints.push(`the ${name} failed: ${reason}`);
  }

  #sample(name: string, sample: Sample): void {
    const samples = this.#samples.get(name);
    if (samples) samples.push(sample);
    else this.#samples.set(name, [sample]);
  }

  /** Errors so far, in words. */
  summary(): string {
    const expected = [...this.#expected].map(([code, count]) => `${count} ${code}`).join(', ') || 'none';
    return `errors around kills: ${expected}; complaints: ${this.#complaints.length}`;
  }

  /** The end of it. A slope counts when its process was watched for long enough after its first minute. */
  verdict(): { readonly isGood: boolean; readonly lines: readonly string[] } {
    const lines = [`${this.calls} calls checked; ${this.summary()}`];
    const complaints = [...this.#complaints];
    if (this.calls === 0) complaints.push('no call was made');
    for (const [name, all] of this.#samples) {
      const begin = (all[0]?.minute ?? 0) + WARM_UP_MINUTES;
      const samples = all.filter(({ minute }) => minute >= begin);
      if (samples.length < 6) continue;
      const watched = (samples.at(-1) as Sample).minute - begin;
      const used = slopeInKb(samples, 'used');
      // What the system counts climbs to the heights of the load for a while: its second half is judged.
      const rss = slopeInKb(samples.slice(Math.floor(samples.length / 2)), 'rss');
      lines.push(
        `${name}: ${watched.toFixed(1)} min watched; in use ${quarters(samples, 'used')} MB, ${used} KB/min; of the system ${quarters(samples, 'rss')} MB, ${rss} KB/min in the second half`,
      );
      if (watched >= JUDGED_USED_MINUTES && used > MOST_USED_KB_PER_MINUTE)
        complaints.push(`the ${name} keeps ${used} KB more each minute`);
      if (watched >= JUDGED_RSS_MINUTES && rss > MOST_RSS_KB_PER_MINUTE)
        complaints.push(`the ${name} takes ${rss} KB more of the system each minute`);
    }
    return { isGood: complaints.length === 0, lines: [...lines, ...complaints.slice(0, 20)] };
  }
}

/** How much more there is each minute, by least squares, in KB. */
function slopeInKb(samples: readonly Sample[], what: 'used' | 'rss'): number {
  return Math.round(slopeOf(samples.map((sample) => ({ x: sample.minute, y: sample[what] }))) / 1_000);
}

/** The mean of each quarter of the time, in MB. */
function quarters(samples: readonly Sample[], what: 'used' | 'rss'): string {
  const size = samples.length / 4;
  return [0, 1, 2, 3]
    .map((quarter) => samples.slice(Math.floor(quarter * size), Math.floor((quarter + 1) * size)))
    .map((part) => Math.round(part.reduce((sum, sample) => sum + sample[what], 0) / part.length / 1e6))
    .join(', ');
}

/** A call that fails because of a kill may be noted a moment before this process notes the kill. */
const BEFORE_MS = 100;
/** Until the client has noticed, connected again and caught up. */
const AFTER_MS = 8_000;
const OUTAGE_CODES: readonly string[] = ['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'CANCELLED'];
const WARM_UP_MINUTES = 1;
/** Shorter than this, a slope says more about the collector than about the code. */
const JUDGED_USED_MINUTES = 8;
const JUDGED_RSS_MINUTES = 25;
const MOST_USED_KB_PER_MINUTE = 100;
const MOST_RSS_KB_PER_MINUTE = 1_000;
