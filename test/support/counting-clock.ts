import { FakeClock } from '../../src/testing/fake-clock.ts';

/** A fake clock that counts how often a timer is set, and whose timers can come late. */
export class CountingClock extends FakeClock {
  scheduled = 0;
  /** How late timers are. */
  behindMs = 0;

  override now(): number {
    return super.now() + this.behindMs;
  }

  override schedule(...args: Parameters<FakeClock['schedule']>): ReturnType<FakeClock['schedule']> {
    this.scheduled += 1;
    return super.schedule(...args);
  }
}
