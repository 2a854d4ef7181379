import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endOf, Tutorial, textsOf } from './tutorial.ts';

test('the greeting example greets, refuses with its own error, and stops at Ctrl+C', async () => {
  const tutorial = await Tutorial.create();
  try {
    const server = tutorial.start('../greeting/server.ts', { GREETING_ADDR: '127.0.0.1:0' });
    const address = (await server.waitForLine(/^listening on (\S+)$/))[1] ?? '';
    const client = tutorial.start('../greeting/client.ts', { GREETING_ADDR: address });
    assert.equal(await endOf(client), 0);
    assert.deepEqual(textsOf(client), ['Hello, Ada!', 'refused: emptyName']);
    server.kill('SIGINT');
    assert.equal(await endOf(server), 0);
    assert.deepEqual([...textsOf(client, 'stderr'), ...textsOf(server, 'stderr')], []);
  } finally {
    await tutorial.close();
  }
});
