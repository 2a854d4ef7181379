import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CloseInfo, Connection } from '../../../src/ports/transport.ts';
import type { RpcServer } from '../../../src/rpc/rpc-server.ts';
import { FakeRpc } from '../../support/fake-transport.ts';
import { codeBlocks, hexBytes, readDocument, sectionOf } from './markdown.ts';

const example = codeBlocks(sectionOf(readDocument('docs/protocol.md'), 'An example'), 'hex').map(hexBytes);
const [clientHello = '', serverHello = '', request = '', response = ''] = example;

/** A client that knows of the protocol what the document says: it sends hex and keeps what comes as hex. */
class HandmadeClient {
  readonly server: RpcServer;
  closed: CloseInfo | undefined;
  received = '';
  readonly #rpc: FakeRpc;
  readonly #lane: ReturnType<Connection['openLane']>;

  private constructor(rpc: FakeRpc, server: RpcServer, connection: Connection) {
    this.#rpc = rpc;
    this.server = server;
    connection.setHandler({
      onLane: () => assert.fail('the server opened a lane'),
      onClose: (info) => {
        this.closed = info;
      },
    });
    this.#lane = connection.openLane();
    this.#lane.setHandler({
      onData: (bytes) => {
        this.received += Buffer.from(bytes).toString('hex');
      },
      onDrain: () => undefined,
      onEnd: (reason) => assert.fail(reason),
    });
  }

  static async create(): Promise<HandmadeClient> {
    const rpc = new FakeRpc();
    const server = rpc.server();
    server.registerRaw('Echo.bytes', (bytes) => (String(bytes) === 'hi' ? Buffer.from('ok') : bytes));
    await server.listen('server:1');
    return new HandmadeClient(rpc, server, await rpc.transport.connect('server:1', { alpn: 'rpcnet/1' }));
  }

  /** Sends bytes and gives what comes back. */
  async say(hex: string): Promise<string> {
    const from = this.received.length;
    this.#lane.write(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
    await this.#rpc.settle();
    return this.received.slice(from);
  }

  async settle(): Promise<void> {
    await this.#rpc.settle();
  }
}

describe('a client made by hand after docs/protocol.md', () => {
  test('gets the HELLO and the RESPONSE of the example', async () => {
    const client = await HandmadeClient.create();
    assert.equal(await client.say(clientHello), serverHello);
    assert.equal(await client.say(request), response);
  });

  test('may call by name, without a deadline, with metadata', async () => {
    const client = await HandmadeClient.create();
    await client.say(clientHello);
    const name = '0a 45 63 68 6f 2e 62 79 74 65 73';
    const unaryWithoutFingerprint = '00 00 00 00 00 00 00 00 00';
    assert.equal(
      await client.say(`1d 00 02 2c 07 00 00 00 ${name} ${unaryWithoutFingerprint} 01 01 61 00 01 62 68 69 21`),
      `0300050007000000${hexOf('hi!')}`,
    );
  });

  test('may cut a request, and the answer is whole', async () => {
    const client = await HandmadeClient.create();
    await client.say(clientHello);
    await client.say('02 00 02 21 01 00 00 00 00 68');
    assert.equal(await client.say('01 00 03 00 01 00 00 00 69'), response);
  });

  test('gets a PONG with the bytes of its PING', async () => {
    const client = await HandmadeClient.create();
    await client.say(clientHello);
    assert.equal(await client.say('08 00 09 00 00 00 00 00 01 02 03 04 05 06 07 08'), '08000a00000000000102030405060708');
  });

  test('may send frames of types that nobody knows', async () => {
    const client = await HandmadeClient.create();
    await client.say(clientHello);
    assert.equal(await client.say('02 00 c8 ff 09 00 00 00 ab cd'), '');
    assert.equal(await client.say(request), response);
  });

  test('gets ERROR with UNIMPLEMENTED for a method that is not there', async () => {
    const client = await HandmadeClient.create();
    await client.say(clientHello);
    const error = Buffer.from(await client.say('01 00 02 20 01 00 00 00 05'), 'hex');
    const text = 'There is no method number 5 here';
    assert.equal(error.toString('hex', 2, 8), '060001000000');
    assert.equal(error.toString('hex', 8), `0c00${text.length.toString(16)}${hexOf(text)}00`);
  });

  test('gets ERROR with DEADLINE_EXCEEDED when no time is left', async () => {
    const client = await HandmadeClient.create();
    await client.say(clientHello);
    const error = await client.say('02 00 02 30 01 00 00 00 00 00');
    assert.equal(error.slice(4, 18), '06000100000004');
  });

  test('is told by GOAWAY which calls were taken, and gets no answer to later ones', async () => {
    const client = await HandmadeClient.create();
    await client.say(clientHello);
    await client.say(request);
    const from = client.received.length;
    void client.server.close({ graceMs: 1_000 });
    await client.settle();
    const reason = 'the server is closing';
    const length = (4 + 1 + reason.length).toString(16);
    const goaway = `${length}000b0000000000` + `01000000${reason.length.toString(16)}${hexOf(reason)}`;
    // The server also asks for a sign of life.
    assert.ok(client.received.slice(from).includes(goaway), client.received.slice(from));
    assert.equal(await client.say('03 00 02 20 02 00 00 00 00 68 69'), '');
  });

  const violations: readonly (readonly [what: string, bytes: string])[] = [
    ['another frame before HELLO', request],
    ['a second HELLO', clientHello + clientHello],
    ['a HELLO without the magic', clientHello.replace('5250434e', '00000000')],
    ['a frame above the payload limit', `${clientHello}0140020001000000`],
    ['a REQUEST with id 0', `${clientHello}0300022000000000006869`],
    ['a frame that only a server sends', `${clientHello}0000050001000000`],
    ['a payload that ends too soon', `${clientHello}0000090000000000`],
  ];
  for (const [what, bytes] of violations) {
    test(`loses its connection for ${what}`, async () => {
      const client = await HandmadeClient.create();
      await client.say(bytes);
      assert.equal(client.closed?.code, 0x4e01);
      assert.match(client.closed?.reason ?? '', /^protocol error: /);
    });
  }

  test('loses its connection with INCOMPATIBLE when no version is in common', async () => {
    const client = await HandmadeClient.create();
    await client.say(clientHello.replace('5250434e0101', '5250434e0202'));
    assert.equal(client.closed?.code, 0x4e02);
  });
});

function hexOf(text: string): string {
  return Buffer.from(text).toString('hex');
}
