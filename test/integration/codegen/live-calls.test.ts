import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createDevelopmentCertificates } from '../../../src/certs/development-certificates.ts';
import { RpcError } from '../../../src/errors/rpc-error.ts';
import {
  ComputeClient,
  type ComputeHandler,
  ComputeServer,
  computeError,
  isComputeError,
} from '../../golden/codegen/generated/compute/index.ts';

const handler: ComputeHandler = {
  processTask(taskId, data) {
    if (taskId === '') throw computeError.invalidTask({ reason: 'empty id' });
    if (taskId === 'many') throw computeError.overLimit({ limit: 3 });
    if (taskId === 'wrong') return { taskId, result: 'text' as unknown as Uint8Array, workerLabel: '' };
    return { taskId, result: data.map((byte) => byte + 1), workerLabel: 'worker-1' };
  },
  async *watch(topic, since) {
    for (let done = 0; done < 3; done++) yield { done, note: `${topic} ${since?.getTime()}` };
  },
  async upload(chunks) {
    let done = 0;
    for await (const chunk of chunks) done += chunk.length;
    return { done };
  },
  async *chat(messages) {
    for await (const { done, note } of messages) yield `${done} ${note}`;
  },
  ping() {},
};

let server: ComputeServer;
let client: ComputeClient;

before(async () => {
  const { ca, node } = await createDevelopmentCertificates();
  server = new ComputeServer(handler, { cert: node.cert, key: node.key });
  const address = await server.listen('127.0.0.1:0');
  client = await ComputeClient.connect(address, { ca: ca.cert });
});

after(async () => {
  await client.close();
  await server.close();
});

test('a unary call answers', async () => {
  const result = await client.processTask('t1', new Uint8Array([1, 2]));
  assert.deepEqual(result, { taskId: 't1', result: new Uint8Array([2, 3]), workerLabel: 'worker-1' });
  assert.equal(await client.ping(), undefined);
});

test('a server streams', async () => {
  const notes: (string | undefined)[] = [];
  for await (const { note } of client.watch('news', new Date(7))) notes.push(note);
  assert.deepEqual(notes, ['news 7', 'news 7', 'news 7']);
});

test('a client streams', async () => {
  const chunks = Array.from({ length: 20 }, () => new Uint8Array(10_000));
  assert.deepEqual(await client.upload(chunks), { done: 200_000 });
});

test('both stream', async () => {
  const answers: string[] = [];
  for await (const answer of client.chat([{ done: 1, note: 'a' }, { done: 2 }])) answers.push(answer);
  assert.deepEqual(answers, ['1 a', '2 undefined']);
});

test('a typed error arrives as one the client can branch on', async () => {
  const kinds: string[] = [];
  for (const taskId of ['', 'many']) {
    try {
      await client.processTask(taskId, new Uint8Array());
    } catch (error) {
      if (!isComputeError(error)) throw error;
      const { details } = error;
      kinds.push(details.kind === 'invalidTask' ? details.reason : details.kind);
    }
  }
  assert.deepEqual(kinds, ['empty id', 'OVER_LIMIT']);
});

test('a wrong argument fails before it is sent, and names the field', async () => {
  await assert.rejects(
    client.processTask('x', 'text' as unknown as Uint8Array),
    (error: unknown) =>
      error instanceof RpcError &&
      error.code === 'INVALID_ARGUMENT' &&
      error.message === 'ComputeService.processTask: request.data: expected a Uint8Array, got a string',
  );
});

test('a wrong answer of a handler is an error of the server, not a broken connection', async () => {
  await assert.rejects(
    client.processTask('wrong', new Uint8Array()),
    (error: unknown) => error instanceof RpcError && error.code === 'INTERNAL',
  );
  assert.equal(await client.ping(), undefined);
});
