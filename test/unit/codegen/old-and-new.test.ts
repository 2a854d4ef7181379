import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { changeText, compareServices } from '../../../src/codegen/evolution/compare-services.ts';
import { readLock } from '../../../src/codegen/evolution/lock-file.ts';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import type { RpcClient } from '../../../src/rpc/rpc-client.ts';
import type { MethodRegistration } from '../../../src/rpc/service.ts';
import type { AnyMethod } from '../../../src/wire/method.ts';
import { BREAKING_CASES } from '../../support/breaking-cases.ts';
import { COMPATIBLE_CASES } from '../../support/compatible-cases.ts';
import type { EvolutionCase, Talk } from '../../support/evolution-case.ts';
import { MemoryRpc } from '../../support/memory-rpc.ts';
import { type Version, versionsOf } from '../../support/two-versions.ts';
import { readDocument, sectionOf, tableRows } from '../../unit/docs/markdown.ts';

const CASES: readonly EvolutionCase[] = [...COMPATIBLE_CASES, ...BREAKING_CASES];

for (const change of CASES) {
  describe(`after ${change.what}`, () => {
    test('an old client and a new server do what the table says', async () => {
      const [before, after] = await versionsOf(change.before, change.after);
      await talkAll(before as Version, after as Version, change.oldToNew);
    });

    test('a new client and an old server do what the table says', async () => {
      const [before, after] = await versionsOf(change.before, change.after);
      await talkAll(after as Version, before as Version, change.newToOld);
    });

    test('the comparison of the lock files says the same', async () => {
      const [before, after] = await versionsOf(change.before, change.after);
      const changes = compareServices(readLock(before?.lock ?? ''), [...readLock(after?.lock ?? '').values()]);
      const texts = changes.map(changeText);
      const verdict = changes.length === 0 ? 'none' : changes.some((one) => one.verdict === 'breaking') ? 'breaking' : 'compatible';
      assert.equal(verdict, change.check, texts.join('\n'));
      if (change.says !== undefined) assert.match(texts[0] ?? '', change.says);
    });
  });
}

test('the table of changes in docs/generator.md has exactly these changes and verdicts', () => {
  const verdicts = new Map<string, Set<string>>();
  for (const { row, check } of CASES) verdicts.set(row, (verdicts.get(row) ?? new Set()).add(check === 'none' ? 'no change' : check));
  const table = tableRows(sectionOf(readDocument('docs/generator.md'), 'Which changes are compatible'));
  assert.deepEqual(
    table
      .slice(1)
      .map(([row, verdict]) => `${row}: ${verdict}`)
      .sort(),
    [...verdicts].map(([row, all]) => `${row}: ${[...all].sort().reverse().join(' or ')}`).sort(),
  );
});

async function talkAll(client: Version, server: Version, talks: readonly Talk[]): Promise<void> {
  assert.ok(talks.length > 0);
  const rpc = new MemoryRpc();
  const seen: unknown[] = [];
  let answer: unknown;
  const answered = (request: unknown): unknown => {
    seen.push(request);
    if (answer instanceof RpcError) throw answer;
    return answer;
  };
  const registrations = Object.values(server.methods).map((method) => registrationOf(method, answered));
  const pair = await rpc.pair(registrations);
  for (const talk of talks) {
    seen.length = 0;
    answer = talk.answer;
    const method = client.methods[talk.method ?? 'm'] as AnyMethod;
    const call = rpc.until(callOf(pair.client, method, talk.request));
    if (talk.fails === undefined) assert.deepEqual(await call, 'got' in talk ? talk.got : talk.answer);
    else await assert.rejects(call, talk.fails);
    assert.deepEqual(seen, talk.unseen ? [] : ['received' in talk ? talk.received : talk.request]);
  }
}

function registrationOf(method: AnyMethod, answered: (request: unknown) => unknown): MethodRegistration {
  if (method.kind !== 'serverStreaming') return { kind: 'unary', method, handle: answered };
  return {
    kind: 'serverStreaming',
    method,
    handle: async function* (request) {
      yield answered(request);
    },
  };
}

async function callOf(client: RpcClient, method: AnyMethod, request: unknown): Promise<unknown> {
  if (method.kind !== 'serverStreaming') return client.unary(method, request);
  const { value } = await client.serverStreaming(method, request).next();
  return value;
}
