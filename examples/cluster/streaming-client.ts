/**
 * A client with one long stream: it streams prompts to a worker and prints the tokens that come back. When the worker fails it goes on with
 * another one from the next token, so that whoever reads along sees every token once and in order.
 */
import { EventEmitter, once } from 'node:events';
import { RpcError } from 'rpcnet';
import { InferenceClient, type PromptRequest } from './generated/inference/index.ts';
import { runProgram, stopSignal } from './program.ts';
import { numberSetting } from './settings.ts';
import { type AssignedWorker, WorkerFinder } from './worker-finder.ts';

await runProgram(async () => {
  const tokenCount = numberSetting('TOKEN_COUNT', 0) || Number.POSITIVE_INFINITY;
  const stop = stopSignal();
  await using finder = await WorkerFinder.connect();
  /** Tokens received so far, from whichever worker: the next one has the sequence `total + 1`. */
  let total = 0;
  try {
    while (total < tokenCount) await readFromOneWorker();
  } catch (error) {
    // Stopping cancels whatever is under way.
    if (!stop.aborted) throw error;
  }
  console.log(`🏁 ${total} tokens received`);

  async function readFromOneWorker(): Promise<void> {
    const worker = await finder.find(stop);
    try {
      await readTokens(worker);
    } catch (error) {
      stop.throwIfAborted();
      finder.giveUp(worker.label, error);
    } finally {
      await worker.connection.close();
    }
  }

  /** Reads tokens until there are enough, the worker ends the stream, or it fails. */
  async function readTokens(worker: AssignedWorker): Promise<void> {
    const answered = new EventEmitter();
    console.log('📤 creating request stream');
    const events = new InferenceClient(worker.connection).generate(prompts(answered), { signal: stop });
    console.log('🌊 stream opened successfully, starting to consume responses');
    for await (const event of events) {
      if (event.kind === 'connected') console.log('🔄 worker confirmed connection');
      if (event.kind === 'error') throw new RpcError('UNAVAILABLE', event.message);
      if (event.kind === 'done') answered.emit('done');
      if (event.kind !== 'token') continue;
      total++;
      console.log(`📦 received token (sequence=${event.sequence}, text="${event.text}", total=${total})`);
      // Leaving the loop cancels the call: the worker stops at once.
      if (total === tokenCount) return;
    }
  }

  /** The next prompt follows when the one before is answered. The first one on a new stream goes on where the last stream broke off. */
  async function* prompts(answered: EventEmitter): AsyncGenerator<PromptRequest> {
    for (;;) {
      const done = once(answered, 'done');
      yield { prompt: `continue after token ${total}`, firstSequence: total + 1, tokenCount: 10 };
      await done;
    }
  }
});
