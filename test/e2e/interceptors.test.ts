import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { type CallOptions, type ClientInterceptor, type OutgoingCall, RpcError, rawMethod } from 'rpcnet';
import { logCalls } from '../../examples/interceptors/logging.ts';
import { retry } from '../../examples/interceptors/retry.ts';
import { endOf, Tutorial, textsOf } from './tutorial.ts';

test('the interceptor example authenticates, logs and tries again', async () => {
  const tutorial = await Tutorial.create();
  try {
    const program = tutorial.start('../interceptors/main.ts');
    assert.equal(await endOf(program), 0);
    assert.deepEqual(textsOf(program), [
      'server: GreetingService.greet UNAVAILABLE … ms',
      'server: GreetingService.greet OK … ms',
      'Hello, world! You are Ada.',
      'server: GreetingService.greet UNAUTHENTICATED … ms',
      'UNAUTHENTICATED: GreetingService.greet needs a valid token in the metadata "authorization"',
    ]);
    assert.deepEqual(textsOf(program, 'stderr'), []);
  } finally {
    await tutorial.close();
  }
});

test('the mutual TLS example prints what its README shows', async () => {
  const tutorial = await Tutorial.create();
  try {
    const program = tutorial.start('../mutual-tls/main.ts');
    assert.equal(await endOf(program), 0);
    const readme = await readFile(new URL('../../examples/mutual-tls/README.md', import.meta.url), 'utf8');
    const shown = /main\.ts\n(operator Vault[^`]+)\n```/.exec(readme)?.[1]?.split('\n');
    assert.equal(shown?.length, 8);
    assert.deepEqual(textsOf(program), shown);
  } finally {
    await tutorial.close();
  }
});

describe('the retry example', () => {
  const busy = new RpcError('UNAVAILABLE', 'busy');

  test('tries an idempotent call again, and a call that reached no handler, and no other', async () => {
    const notTaken = new RpcError('UNAVAILABLE', 'elsewhere', { notTaken: true });
    const cases: readonly (readonly [CallOptions, RpcError, number])[] = [
      [{ idempotent: true }, busy, 3],
      [{}, notTaken, 3],
      [{}, busy, 1],
      [{ idempotent: true }, new RpcError('NOT_FOUND', 'never'), 1],
    ];
    for (const [options, error, expected] of cases) assert.equal(await attempts(options, () => error), expected);
  });

  test('waits as long as the server asks for', async () => {
    const startedAt = performance.now();
    const answers = [new RpcError('RESOURCE_EXHAUSTED', 'full', { retryAfterMs: 120 }), undefined];
    assert.equal(await attempts({ idempotent: true }, () => answers.shift()), 2);
    assert.ok(performance.now() - startedAt >= 115);
  });

  test('gives up when the pause would last beyond the deadline', async () => {
    const patient = new RpcError('RESOURCE_EXHAUSTED', 'full', { retryAfterMs: 60_000 });
    assert.equal(await attempts({ idempotent: true, timeoutMs: 1_000 }, () => patient), 1);
  });

  /** How often a call is made whose attempts fail with what `outcome` gives. */
  async function attempts(options: CallOptions, outcome: () => RpcError | undefined): Promise<number> {
    let count = 0;
    const call: OutgoingCall = { kind: 'unary', method: rawMethod('T.call'), request: Buffer.alloc(0), options };
    const { unary } = retry({ firstPauseMs: 1 }) as Required<ClientInterceptor>;
    const next = (): Promise<unknown> => {
      count++;
      const error = outcome();
      return error ? Promise.reject(error) : Promise.resolve('done');
    };
    await unary(call, next).catch(() => undefined);
    return count;
  }
});

test('the logging example tells how streams ended', async () => {
  const lines: string[] = [];
  const { stream } = logCalls((line) => void lines.push(line.replace(/\d+ ms/, ''))) as Required<ReturnType<typeof logCalls>>;
  const call = { method: rawMethod('T.feed', 'serverStreaming') } as Parameters<typeof stream>[0];
  async function* items(failure?: Error): AsyncGenerator<number> {
    yield 1;
    yield 2;
    if (failure) throw failure;
  }
  for await (const _ of stream(call, () => items()));
  for await (const _ of stream(call, () => items())) break;
  await assert.rejects(async () => {
    for await (const _ of stream(call, () => items(new TypeError('a mistake'))));
  });
  assert.deepEqual(lines, ['T.feed OK , 2 items', 'T.feed CANCELLED , 1 items', 'T.feed INTERNAL , 2 items']);
});
