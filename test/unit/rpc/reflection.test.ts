import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import { HealthClient } from '../../../src/rpc/health-client.ts';
import type { ServerInterceptor } from '../../../src/rpc/interceptor.ts';
import { ReflectionClient } from '../../../src/rpc/reflection-client.ts';
import type { ServiceDescription } from '../../../src/rpc/reflection-service.ts';
import type { RpcServerOptions } from '../../../src/rpc/server-options.ts';
import { rawMethod } from '../../../src/wire/raw-method.ts';
import { type ComputeHandler, computeMethods, computeService } from '../../golden/codegen/generated/compute/index.ts';
import { FakeRpc } from '../../support/fake-transport.ts';

describe('a server with reflection', () => {
  it('lists its services with the methods that clients may call', async () => {
    const [compute, echo, ...rest] = await servicesOf({ reflection: true, health: true });
    assert.deepEqual(rest, [], 'what the library itself serves is left out');
    assert.equal(compute?.name, 'ComputeService');
    assert.equal(echo?.name, 'Echo');
    assert.deepEqual(
      compute?.methods.map(({ name, kind, fingerprint, isRaw }) => [name, kind, fingerprint, isRaw]),
      Object.values(computeMethods).map(({ name, kind, fingerprint }) => [name, kind, fingerprint, false]),
    );
  });

  it('tells the types of a method, and what their names stand for', async () => {
    const [compute] = await servicesOf({ reflection: true });
    const method = compute?.methods.find(({ name }) => name === 'ComputeService.processTask');
    assert.deepEqual(method?.types, {
      request: '{ taskId: string; data: Uint8Array }',
      response: 'ComputeResult',
      error: 'ComputeError',
    });
    assert.equal(compute?.types.ComputeResult, '{ taskId: string; result: Uint8Array; workerLabel: string }');
    for (const { types } of compute?.methods ?? []) {
      const names = `${types?.request} ${types?.response} ${types?.error}`.match(/\b[A-Z]\w*\b/gu) ?? [];
      const known: ReadonlySet<string> = new Set([...Object.keys(compute?.types ?? {}), 'Uint8Array', 'Date']);
      assert.deepEqual(
        names.filter((name) => !known.has(name)),
        [],
      );
    }
  });

  it('tells which methods may be called twice and what deadline they have', async () => {
    const [compute] = await servicesOf({ reflection: true });
    assert.deepEqual(
      compute?.methods.map(({ idempotent, timeoutMs }) => [idempotent, timeoutMs]),
      Object.values(computeMethods).map((method) => {
        const { idempotent, timeoutMs } = method as { readonly idempotent?: boolean; readonly timeoutMs?: number };
        return [idempotent ?? false, timeoutMs];
      }),
    );
    assert.ok(compute?.methods.some(({ idempotent }) => idempotent));
    assert.deepEqual(
      compute?.methods.filter(({ safe }) => safe).map(({ name }) => name),
      ['ComputeService.watch'],
    );
    assert.ok(compute?.methods.some(({ timeoutMs }) => timeoutMs !== undefined));
  });

  it('lists raw methods as raw, with their kinds and without types', async () => {
    const [, echo] = await servicesOf({ reflection: true });
    assert.deepEqual(echo, {
      name: 'Echo',
      methods: [
        { name: 'Echo.bytes', kind: 'unary', isRaw: true, fingerprint: '', idempotent: false, safe: false },
        { name: 'Echo.stream', kind: 'bidirectional', isRaw: true, fingerprint: '', idempotent: false, safe: false },
      ],
      types: {},
    });
  });
});

describe('an interceptor of a server with health and reflection', () => {
  it('is asked for their calls as for any other', async () => {
    const asked: string[] = [];
    const refuse: ServerInterceptor = {
      unary: (call) => {
        asked.push(call.method.name);
        throw new RpcError('UNAUTHENTICATED', 'who are you?');
      },
    };
    const rpc = new FakeRpc();
    await rpc.server({ reflection: true, health: true, interceptors: [refuse] }).listen('server:1');
    const client = rpc.client();
    await assert.rejects(rpc.until(new ReflectionClient(client).services()), { code: 'UNAUTHENTICATED' });
    await assert.rejects(rpc.until(new HealthClient(client).check()), { code: 'UNAUTHENTICATED' });
    assert.deepEqual(asked, ['rpcnet.reflection.services', 'rpcnet.health.check']);
  });
});

describe('a server without reflection', () => {
  it('tells nothing', async () => {
    await assert.rejects(servicesOf({}), { code: 'UNIMPLEMENTED', message: /rpcnet\.reflection\.services/ });
  });
});

describe('an answer that is no list of services', () => {
  for (const answer of [
    '',
    '{"services":7}',
    '{"services":[{}]}',
    '{"services":[{"name":"A","methods":[{"name":"A.b","kind":"odd"}]}]}',
    '{',
  ]) {
    it(`such as ${answer === '' ? 'nothing' : answer} is an error of the peer`, async () => {
      const rpc = new FakeRpc();
      const server = rpc.server();
      server.registerRaw('rpcnet.reflection.services', () => Buffer.from(answer));
      await server.listen('server:1');
      const reading = new ReflectionClient(rpc.client()).services();
      await assert.rejects(rpc.until(reading), { code: 'INTERNAL', message: /malformed response to rpcnet\.reflection\.services/ });
    });
  }
});

async function servicesOf(options: Partial<RpcServerOptions>): Promise<readonly ServiceDescription[]> {
  const rpc = new FakeRpc();
  const server = rpc.server(options);
  server.register(computeService({} as ComputeHandler));
  server.registerRaw('Echo.bytes', (bytes) => bytes);
  server.registerMethod({
    kind: 'bidirectional',
    method: rawMethod('Echo.stream', 'bidirectional'),
    async *handle(requests: AsyncIterable<Uint8Array>) {
      yield* requests;
    },
  });
  await server.listen('server:1');
  return rpc.until(new ReflectionClient(rpc.client()).services());
}
