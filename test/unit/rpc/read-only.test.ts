import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import { HealthClient } from '../../../src/rpc/health-client.ts';
import { healthService } from '../../../src/rpc/health-service.ts';
import { ReflectionClient } from '../../../src/rpc/reflection-client.ts';
import { reflectionService } from '../../../src/rpc/reflection-service.ts';
import type { RpcClient } from '../../../src/rpc/rpc-client.ts';
import type { RpcServer } from '../../../src/rpc/rpc-server.ts';
import type { MethodRegistration } from '../../../src/rpc/service.ts';
import type { Codec } from '../../../src/wire/codec.ts';
import type { MethodKind } from '../../../src/wire/method.ts';
import { rawMethod } from '../../../src/wire/raw-method.ts';
import { hasDetails } from '../../../src/wire/values/typed-error.ts';
import { computeMethods } from '../../golden/codegen/generated/compute/codec.ts';
import { computeService } from '../../golden/codegen/generated/compute/server.ts';
import { MemoryRpc } from '../../support/memory-rpc.ts';
import { countTo, replyToEach, sumOf } from '../../support/stream-handlers.ts';

const KINDS: readonly MethodKind[] = ['unary', 'serverStreaming', 'clientStreaming', 'bidirectional'];

describe('a server that is read-only', () => {
  for (const kind of KINDS) {
    it(`refuses a ${kind} call unseen, says why, and that it is safe to send elsewhere`, async () => {
      const { rpc, client, server, ran } = await started();
      server.setReadOnly('it is being tested');
      await assert.rejects(rpc.until(call(client, kind, false)), isRefusal(`Test.${kind}`));
      assert.deepEqual(ran, []);
      assert.equal(server.inFlight, 0);
      server.setReadOnly(undefined);
      assert.equal(await rpc.until(call(client, kind, false)), '2', 'and takes it again afterwards');
    });

    it(`serves a ${kind} call of a method that is marked safe`, async () => {
      const { rpc, client, server } = await started();
      server.setReadOnly('it is being tested');
      assert.equal(await rpc.until(call(client, kind, true)), '2');
    });
  }

  it('lets calls under way go on', async () => {
    const { rpc, client, server } = await started();
    const [requests, give] = feed();
    const items = client.bidirectional(rawMethod('Test.bidirectional', 'bidirectional'), requests)[Symbol.asyncIterator]();
    give('1');
    assert.equal(String((await rpc.until(items.next())).value), 're 1');
    server.setReadOnly('it is being tested');
    give('2');
    assert.equal(String((await rpc.until(items.next())).value), 're 2');
    give(undefined);
    assert.equal((await rpc.until(items.next())).done, true);
  });

  it('still answers health checks, health watches and reflection', async () => {
    const { rpc, client, server } = await started();
    server.register(healthService(server.health)).register(reflectionService(() => []));
    server.setReadOnly('it is being tested');
    assert.equal(await rpc.until(new HealthClient(client).check()), 'SERVING');
    const first = await rpc.until(new HealthClient(client).watch().next());
    assert.equal(first.value, 'SERVING');
    assert.deepEqual(await rpc.until(new ReflectionClient(client).services()), []);
  });

  it('follows the tags of a definition, and gives the reason whatever the service’s own error type is', async () => {
    const { rpc, client, server } = await started();
    const unused = (): never => {
      throw new Error('not called');
    };
    server.register(computeService({ processTask: unused, upload: unused, chat: unused, ping: unused, watch: async function* () {} }));
    server.setReadOnly('it is being tested');
    const request = { taskId: 't', data: new Uint8Array(1) };
    await assert.rejects(rpc.until(client.unary(computeMethods.processTask, request)), isRefusal('ComputeService.processTask'));
    const watched = client.serverStreaming(computeMethods.watch, { topic: 't', since: undefined });
    assert.equal((await rpc.until(watched.next())).done, true);
  });

  it('refuses an unknown method as unknown', async () => {
    const { rpc, client, server } = await started();
    server.setReadOnly('it is being tested');
    await assert.rejects(rpc.until(client.callRaw('Test.missing', Buffer.alloc(0))), { code: 'UNIMPLEMENTED' });
  });

  it('serves a raw method that was registered as safe', async () => {
    const { rpc, client, server } = await started();
    server.registerRaw('Test.read', () => Buffer.from('read'), { safe: true });
    server.setReadOnly('it is being tested');
    assert.equal(String(await rpc.until(client.callRaw('Test.read', Buffer.alloc(0)))), 'read');
    assert.equal(server.isReadOnly, true);
  });
});

it('the reason of a refusal is not taken for a typed error of the service', async () => {
  const reason: Codec<unknown> = {
    encode: ({ reason: text }: { reason: string }, writer) => writer.writeString(text),
    decode: (reader) => ({ reason: reader.readString() }),
  };
  const method = { ...rawMethod('Test.unary'), error: reason };
  const { rpc, client, server } = await started();
  const caught = async (): Promise<unknown> => rpc.until(client.unary(method, Buffer.from('2')).catch((error: unknown) => error));
  server.registerMethod({
    kind: 'unary',
    method,
    handle: () => {
      throw new RpcError('ABORTED', 'typed', { details: { reason: 'full' } });
    },
  });
  assert.equal(hasDetails(await caught(), reason), true);
  server.setReadOnly('it is being tested');
  const refusal = await caught();
  assert.deepEqual((refusal as RpcError).details, { reason: 'readOnly' });
  assert.equal(hasDetails(refusal, reason), false);
});

it('a raw method that is safe is idempotent', () => {
  const { safe, idempotent } = rawMethod('Test.read', 'unary', { safe: true });
  assert.deepEqual([safe, idempotent], [true, true]);
  assert.equal(rawMethod('Test.write').idempotent, undefined);
});

function isRefusal(method: string): (error: RpcError) => boolean {
  return (error) => {
    assert.deepEqual([error.code, error.notTaken, error.retryable], ['UNAVAILABLE', true, true]);
    assert.deepEqual(error.details, { reason: 'readOnly' });
    assert.deepEqual({ ...error.metadata }, {}, 'the reason is not among the metadata of the application');
    assert.ok(error.message.startsWith(`${method} is not marked safe, and this server takes only safe calls now: it is being tested.`));
    assert.ok(error.retryAfterMs !== undefined && error.retryAfterMs >= 500 && error.retryAfterMs <= 1500, String(error.retryAfterMs));
    return true;
  };
}

async function started(): Promise<{ rpc: MemoryRpc; client: RpcClient; server: RpcServer; ran: string[] }> {
  const rpc = new MemoryRpc();
  const ran: string[] = [];
  const handlers = {
    unary: (request: Uint8Array) => request,
    serverStreaming: countTo,
    clientStreaming: sumOf,
    bidirectional: replyToEach,
  };
  const registrations = KINDS.flatMap((kind) =>
    [false, true].map((safe) => {
      const handle = (input: never): unknown => {
        if (!safe) ran.push(kind);
        return handlers[kind](input);
      };
      return { kind, method: rawMethod(nameOf(kind, safe), kind, { safe }), handle } as MethodRegistration;
    }),
  );
  return { rpc, ...(await rpc.pair(registrations)), ran };
}

function nameOf(kind: MethodKind, isSafe: boolean): string {
  return `Test.${kind}${isSafe ? 'Safe' : ''}`;
}

/** Makes a call that all kinds answer with 2: the request itself, the number of items, the sum. */
async function call(client: RpcClient, kind: MethodKind, isSafe: boolean): Promise<string> {
  const method = rawMethod(nameOf(kind, isSafe), kind);
  const two = Buffer.from('2');
  if (kind === 'unary') return String(await client.unary(method, two));
  if (kind === 'clientStreaming') return String(await client.clientStreaming(method, [two]));
  let count = 0;
  const stream = kind === 'serverStreaming' ? client.serverStreaming(method, two) : client.bidirectional(method, [two, two]);
  for await (const _item of stream) count += 1;
  return String(count);
}

/** A stream of requests, and what puts the next one into it; `undefined` ends it. */
function feed(): [AsyncIterable<Buffer>, (text: string | undefined) => void] {
  const waiting: (string | undefined)[] = [];
  let wake = (): void => undefined;
  async function* requests(): AsyncGenerator<Buffer> {
    for (;;) {
      while (waiting.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const text = waiting.shift();
      if (text === undefined) return;
      yield Buffer.from(text);
    }
  }
  const give = (text: string | undefined): void => {
    waiting.push(text);
    wake();
  };
  return [requests(), give];
}
