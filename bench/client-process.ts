import { answerCommands } from './answer-commands.ts';
import { UNARY_TEXT } from './contender.ts';
import { timeHandshakes } from './handshakes.ts';
import { loadContender } from './load-contender.ts';
import { allocationOfCall, checkAnswers, holdStreams, measure, type Subject, toSubject } from './measure.ts';
import { memoryAfterCollection } from './memory.ts';
import type { Point } from './plan.ts';

/** What the client process is told. */
export type ClientCommand =
  | { readonly kind: 'connect'; readonly contender: string; readonly port: number; readonly ca: string }
  /** Gives a `Measurement`. */
  | { readonly kind: 'measure'; readonly point: Point; readonly durationMs: number; readonly streamItems: number }
  /** Gives the bytes that each unary call allocated here. */
  | { readonly kind: 'allocation'; readonly durationMs: number }
  /** Opens so many streams, each of which has given its first item when this ends. */
  | { readonly kind: 'hold'; readonly count: number }
  /** Gives a `MemoryUse`. */
  | { readonly kind: 'memory' }
  /** Gives `HandshakeTimes`. */
  | { readonly kind: 'handshakes'; readonly contender: string; readonly port: number; readonly ca: string; readonly count: number }
  | { readonly kind: 'stop' };

let subject: Subject | undefined;

answerCommands<ClientCommand>(async (command) => {
  switch (command.kind) {
    case 'connect': {
      const contender = await loadContender(command.contender);
      subject = toSubject(contender, await contender.connect(command.port, command.ca));
      return checkAnswers(subject);
    }
    case 'measure':
      return measure(connected(), command.point, command);
    case 'allocation':
      return allocationOfCall(connected(), command.durationMs);
    case 'hold':
      return holdStreams(connected(), command.count);
    case 'memory':
      return memoryAfterCollection();
    case 'handshakes': {
      const contender = await loadContender(command.contender);
      if (contender.createConnector === undefined) throw new Error(`${command.contender} has no createConnector`);
      return timeHandshakes(contender.createConnector(command.port, command.ca), contender.toPayload(UNARY_TEXT), command.count);
    }
    case 'stop':
      return subject?.client.close();
  }
});

function connected(): Subject {
  if (subject === undefined) throw new Error('The client was told to measure before it was connected');
  return subject;
}
