import { deepStrictEqual } from 'node:assert/strict';
import type { CodecContender, MessageCodec } from './codec-contender.ts';
import type { Task } from './measure.ts';
import { MESSAGE_NAMES, type MessageName } from './messages.ts';

/** What one contender does with one kind of message. */
export interface CodecTasks {
  readonly contender: CodecContender;
  readonly message: MessageName;
  /** Of an encoded message, the mean over its values. */
  readonly bytes: number;
  readonly encode: Task;
  readonly decode: Task;
}

/** Prepares and checks everything. @throws AssertionError when a contender does not give back what it was given */
export function createTasks(contender: CodecContender, messages: Readonly<Record<MessageName, readonly unknown[]>>): CodecTasks[] {
  return MESSAGE_NAMES.map((message) => {
    const codec = contender.messages[message] as MessageCodec<unknown>;
    const prepared = messages[message].map((value) => codec.prepare(value));
    // A copy, as if it came from a socket; and memory that the encoder still writes to must not be read.
    const encoded = prepared.map((value) => Buffer.from(codec.encodeAlone?.(value) ?? codec.encode(value)));
    prepared.forEach((value, index) => {
      const decoded = codec.toPlain(codec.decode(encoded[index] as Buffer));
      deepStrictEqual(decoded, codec.toPlain(value), `${contender.name} does not give back what it was given: ${message}, value ${index}`);
    });
    const bytes = encoded.reduce((sum, { length }) => sum + length, 0) / encoded.length;
    return {
      contender,
      message,
      bytes,
      encode: task((value) => codec.encode(value), prepared),
      decode: task((value) => codec.decode(value), encoded),
    };
  });
}

/** The last result of every task is kept, so that no work can be left out because nobody looks at it. */
export let lastResult: unknown;

function task<T>(step: (value: T) => unknown, values: readonly T[]): Task {
  const run = (times: number): void => {
    let index = 0;
    for (let i = 0; i < times; i++) {
      lastResult = step(values[index] as T);
      if (++index === values.length) index = 0;
    }
  };
  return { run, batch: 1 };
}
