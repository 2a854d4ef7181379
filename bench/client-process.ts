import { answerCommands } from './answer-commands.ts';
import { STREAM_TEXT, UNARY_TEXT } from './contender.ts';
import { loadContender } from './load-contender.ts';
import { checkAnswers, measure, type Subject } from './measure.ts';
import type { Point } from './plan.ts';

/** What the client process is told. */
export type ClientCommand =
  | { readonly kind: 'connect'; readonly contender: string; readonly port: number; readonly ca: string }
  /** Gives a `Measurement`. */
  | { readonly kind: 'measure'; readonly point: Point; readonly durationMs: number; readonly streamItems: number }
  | { readonly kind: 'stop' };

let subject: Subject | undefined;

answerCommands<ClientCommand>(async (command) => {
  switch (command.kind) {
    case 'connect': {
      const contender = await loadContender(command.contender);
      const client = await contender.connect(command.port, command.ca);
      subject = { client, unaryPayload: contender.toPayload(UNARY_TEXT), streamPayload: contender.toPayload(STREAM_TEXT) };
      return checkAnswers(subject);
    }
    case 'measure':
      if (subject === undefined) throw new Error('The client was told to measure before it was connected');
      return measure(subject, command.point, command);
    case 'stop':
      return subject?.client.close();
  }
});
