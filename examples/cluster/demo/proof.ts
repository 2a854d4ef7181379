import { type Observations, TASK_DONE, TASK_SENT, TOKEN } from './story.ts';

/** One thing that the demo promises, and what came of it. */
export interface Proof {
  readonly what: string;
  readonly seen: string;
  readonly promised: string;
  readonly holds: boolean;
}

/** Compares what was seen with what is promised. */
export function prove(observations: Observations): readonly Proof[] {
  const sent = new Set(observations.taskLines.flatMap(({ text }) => TASK_SENT.exec(text)?.[1] ?? []));
  const done = observations.taskLines.flatMap(({ text }) => TASK_DONE.exec(text)?.[1] ?? []);
  const doneOnce = new Set(done);
  const lost = [...sent].filter((taskId) => !doneOnce.has(taskId)).length;
  const workers = new Set(observations.taskLines.flatMap(({ text }) => TASK_DONE.exec(text)?.[2] ?? []));
  const tokens = observations.tokenLines.flatMap(({ text }) => TOKEN.exec(text)?.[1] ?? []).map(Number);
  const disorder = tokens.findIndex((sequence, index) => sequence !== index + 1);
  const failures = observations.failuresAfterInterrupt;
  return [
    atLeast('tasks sent', sent.size, 30),
    exactly('tasks completed', done.length, sent.size),
    exactly('tasks lost', lost, 0),
    exactly('workers that did tasks', workers.size, 2),
    atMost('SIGKILL of a worker to the next completed task', observations.killToNextTaskMs, 2_500),
    atMost('SIGKILL to the pool without that worker', observations.killToReportMs, 8_000),
    atMost('start of its new process to the pool with it', observations.restartToPoolMs, 3_000),
    poolSizes(observations.poolSizes),
    { what: 'failed calls after SIGINT of the other', seen: failures[0] ?? '0', promised: '0', holds: failures.length === 0 },
    exactly('exit status of the worker after SIGINT', observations.interruptedExit, 0),
    exactly('the director reported it as', observations.interruptedLeft ? 'left' : 'failed', 'left'),
    {
      what: 'tokens of the stream',
      seen: disorder === -1 ? `${tokens.length}, in order` : `token ${tokens[disorder]} as number ${disorder + 1}`,
      promised: 'at least 20, in order',
      holds: disorder === -1 && tokens.length >= 20,
    },
  ];
}

/** The table that the demo ends with. */
export function formatProofs(proofs: readonly Proof[]): string {
  const width = (column: 'what' | 'seen'): number => Math.max(...proofs.map((proof) => proof[column].length));
  const [whatWidth, seenWidth] = [width('what'), width('seen')];
  return proofs
    .map(
      ({ what, seen, promised, holds }) =>
        `${holds ? '✅' : '❌'} ${what.padEnd(whatWidth)}   ${seen.padStart(seenWidth)}   (promised: ${promised})`,
    )
    .join('\n');
}

/** The pool grows to two, shrinks when a worker is killed, grows when it is back, and shrinks when the other one leaves. */
function poolSizes(sizes: readonly number[]): Proof {
  const changes = sizes.filter((size, index) => size !== sizes[index - 1]);
  const text = changes.join(' ');
  return { what: 'sizes of the pool', seen: text, promised: '1 2 1 2 1', holds: /^(0 )?1 2 1 2 1( 0)?$/.test(text) };
}

function exactly<T extends number | string>(what: string, seen: T, promised: T): Proof {
  return { what, seen: String(seen), promised: String(promised), holds: seen === promised };
}

function atLeast(what: string, seen: number, promised: number): Proof {
  return { what, seen: String(seen), promised: `at least ${promised}`, holds: seen >= promised };
}

function atMost(what: string, seenMs: number, promisedMs: number): Proof {
  return { what, seen: `${Math.round(seenMs)} ms`, promised: `at most ${promisedMs} ms`, holds: seenMs <= promisedMs };
}
