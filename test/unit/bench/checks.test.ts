import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ContenderClient, STREAM_TEXT } from '../../../bench/contender.ts';
import { checkAnswers, holdStreams, measure, type Subject, toSubject } from '../../../bench/measure.ts';
import type { Shape } from '../../../bench/plan.ts';

const honest: ContenderClient = {
  unary: async (payload) => payload,
  async stream(count, onItem) {
    for (let left = count; left > 0; left--) onItem(STREAM_TEXT);
  },
  async hold(onItem) {
    onItem(STREAM_TEXT);
    await new Promise(() => undefined);
  },
  close: async () => undefined,
};

test('an honest contender passes every check', async () => {
  const subject = subjectOf({});
  await checkAnswers(subject);
  await holdStreams(subject, 3);
  for (const shape of ['unary', 'stream', 'bulk'] as const) assert.ok((await measureOnce(subject, shape)).operations >= 1);
});

test('an answer with another content is refused before anything is measured', async () => {
  const unary: ContenderClient['unary'] = async (payload) => String(payload).replaceAll('t', 'x');
  await assert.rejects(checkAnswers(subjectOf({ unary })), /Expected the answer/);
});

test('a bulk answer with another content is refused before anything is measured', async () => {
  const bulk: NonNullable<ContenderClient['bulk']> = async (payload, onPiece) => onPiece(String(payload).replaceAll('t', 'x'));
  await assert.rejects(checkAnswers(subjectOf({ bulk })), /bulk answer/);
});

test('a stream that lacks an item is refused, before and while measuring', async () => {
  const subject = subjectOf({ stream: (count, onItem) => honest.stream(count - 1, onItem) });
  await assert.rejects(checkAnswers(subject), /Expected a stream of 100 items, got 99/);
  await assert.rejects(measureOnce(subject, 'stream'), /Expected a stream of 10 items of 64, got 9/);
});

test('an answer that is too short is refused while measuring', async () => {
  const subject = subjectOf({ unary: async (payload) => payload.slice(1) });
  await assert.rejects(measureOnce(subject, 'unary'), /Expected an answer of 64, got one of 63/);
  await assert.rejects(measureOnce(subject, 'bulk'), /Expected an answer of 1000000, got one of 999999/);
});

test('a stream that ends although it was to stay open is refused', async () => {
  await assert.rejects(holdStreams(subjectOf({ hold: async () => undefined }), 1), /ended that was to stay open/);
});

function subjectOf(faults: Partial<ContenderClient>): Subject {
  return toSubject({ toPayload: (text) => text }, { ...honest, ...faults });
}

function measureOnce(subject: Subject, shape: Shape): ReturnType<typeof measure> {
  return measure(subject, { shape, inFlight: 1 }, { durationMs: 0, streamItems: 10 });
}
