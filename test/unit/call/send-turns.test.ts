import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { OutboundMessages } from '../../../src/call/outbound-messages.ts';
import { SendTurns } from '../../../src/call/send-turns.ts';

describe('senders that take turns', () => {
  it('do not wait for those whose calls are over, however many these are', () => {
    const turns = new SendTurns();
    const stopped = Array.from({ length: 10_000 }, () => sender({ isStopped: true }));
    for (const one of stopped) turns.add(one);
    let sent = 0;
    turns.add(
      sender({
        step: () => {
          sent++;
          return 'done';
        },
      }),
    );
    turns.run();
    assert.equal(sent, 1);
    assert.equal(turns.hasTurns, false);
    assert.ok(stopped.every((one) => !one.isScheduled));
  });

  it('send one share in a flush, and the rest in the next', () => {
    const turns = new SendTurns();
    let sent = 0;
    turns.add(
      sender({
        step: () => {
          sent++;
          return 'again';
        },
      }),
    );
    turns.run();
    assert.equal(sent, 16);
    assert.equal(turns.hasTurns, true);
  });
});

function sender(parts: { readonly isStopped?: boolean; readonly step?: () => 'again' | 'done' }): OutboundMessages {
  return {
    isStopped: false,
    isScheduled: false,
    hasWaiting: false,
    stepBytes: 16_384,
    step: () => 'done',
    ...parts,
  } as unknown as OutboundMessages;
}
