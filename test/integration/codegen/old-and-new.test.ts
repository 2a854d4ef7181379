import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Client } from '../../../src/client.ts';
import type { MethodRegistration } from '../../../src/rpc/service.ts';
import { Server } from '../../../src/server.ts';
import type { AnyMethod } from '../../../src/wire/method.ts';
import { transportOf } from '../../soak/transport-of.ts';
import { createTrust } from '../../support/cluster-nodes.ts';
import { type Version, versionsOf } from '../../support/two-versions.ts';

const SERVICE =
  'export interface TestService extends Service { m(p: A): Promise<A>; s(p: A): Stream<A>; u(p: Stream<A>): Promise<A>; b(p: Stream<A>): Stream<A> }\n';
const OLD = `${SERVICE}export interface A { id: string; gone?: number[]; note?: string }`;
const NEW = `${SERVICE}export interface A { extra?: string; note?: string; id: string }`;
const OTHER = `${SERVICE}export interface A { id: number; note?: string }`;

for (const name of ['quic', 'tls'] as const) {
  describe(`an old and a new program over ${name}`, () => {
    it('talk in calls of every kind, both ways', async () => {
      const [before, after] = (await versionsOf(OLD, NEW)) as [Version, Version];
      const old = { id: 'a', gone: [1, 2], note: 'n' };
      const young = { id: 'a', note: 'n', extra: 'x' };
      assert.deepEqual(await allKinds(name, { client: before, server: after }, old), {
        seen: { id: 'a', note: 'n' },
        got: { id: 'a', note: 'n' },
      });
      assert.deepEqual(await allKinds(name, { client: after, server: before }, young), {
        seen: { id: 'a', note: 'n' },
        got: { id: 'a', note: 'n' },
      });
    });

    it('refuse each other in calls of every kind, with the method and the field', async () => {
      const [before, other] = (await versionsOf(OLD, OTHER)) as [Version, Version];
      const message = /TestService\.\w has another definition at .*: request(\.p)?\.id is string here and number there/u;
      for (const kind of ['m', 's', 'u', 'b'] as const) {
        await assert.rejects(allKinds(name, { client: before, server: other, kinds: [kind] }, { id: 'a' }), {
          code: 'FAILED_PRECONDITION',
          message,
        });
      }
    });
  });
}

type Kind = 'm' | 's' | 'u' | 'b';

/** Sends a value in calls of these kinds, each of which sends it back; gives what handlers saw and callers got, which must be the same for all. */
async function allKinds(
  name: 'quic' | 'tls',
  pair: { readonly client: Version; readonly server: Version; readonly kinds?: readonly Kind[] },
  value: object,
): Promise<{ seen: unknown; got: unknown }> {
  const { client, server, kinds = ['m', 's', 'u', 'b'] } = pair;
  const trust = await createTrust();
  await using service = new Server({ ...trust, transport: transportOf(name) });
  const seen: unknown[] = [];
  for (const registration of registrations(server, seen)) service.registerMethod(registration);
  await using caller = await Client.connect(await service.listen('127.0.0.1:0'), { ca: trust.ca, transport: transportOf(name) });
  const method = (key: string): AnyMethod => client.methods[key] as AnyMethod;
  const calls = {
    m: () => caller.unary(method('m'), { p: value }) as Promise<unknown>,
    s: async () => (await caller.serverStreaming(method('s'), { p: value }).next()).value as unknown,
    u: () => caller.clientStreaming(method('u'), [value]) as Promise<unknown>,
    b: async () => (await caller.bidirectional(method('b'), [value]).next()).value as unknown,
  };
  const got: unknown[] = [];
  for (const kind of kinds) got.push(await calls[kind]());
  for (const one of seen) assert.deepEqual(one, seen[0]);
  for (const one of got) assert.deepEqual(one, got[0]);
  assert.equal(seen.length, kinds.length);
  return { seen: seen[0], got: got[0] };
}

function registrations({ methods }: Version, seen: unknown[]): readonly MethodRegistration[] {
  const back = (value: unknown): unknown => {
    seen.push(value);
    return value;
  };
  return [
    { kind: 'unary', method: methods.m as AnyMethod, handle: ({ p }: { p: unknown }) => back(p) },
    {
      kind: 'serverStreaming',
      method: methods.s as AnyMethod,
      handle: async function* ({ p }: { p: unknown }) {
        yield back(p);
      },
    },
    {
      kind: 'clientStreaming',
      method: methods.u as AnyMethod,
      handle: async (items: AsyncIterable<unknown>) => {
        let last: unknown;
        for await (const item of items) last = back(item);
        return last;
      },
    },
    {
      kind: 'bidirectional',
      method: methods.b as AnyMethod,
      handle: async function* (items: AsyncIterable<unknown>) {
        for await (const item of items) yield back(item);
      },
    },
  ] as readonly MethodRegistration[];
}
