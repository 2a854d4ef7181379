import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Client } from '../../../src/client.ts';
import type { CloseInfo, Connection, Lane } from '../../../src/ports/transport.ts';
import { Server } from '../../../src/server.ts';
import { FrameFlag, FrameType } from '../../../src/wire/frame.ts';
import { ALPN } from '../../../src/wire/hello.ts';
import { rawMethod } from '../../../src/wire/raw-method.ts';
import { Dice } from '../../fuzz/dice.ts';
import { transportOf } from '../../soak/transport-of.ts';
import { creditFrame, frameOf, helloFrame, requestFrame } from '../../support/call-pair.ts';
import { createTrust, eventually, type Trust } from '../../support/cluster-nodes.ts';

const echo = rawMethod('T.echo');

/** What a client without manners does, and how it is cut off. */
const CASES: readonly (readonly [what: string, act: (peer: RawPeer) => void, reason: RegExp])[] = [
  ['sends nonsense', ({ lane }) => lane.write(new Dice(1).bytes(5_000)), /protocol error|payload/],
  ['says another protocol', ({ lane }) => lane.write(Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')), /protocol error/],
  ['says nothing', () => undefined, /no HELLO within/],
  ['stops in the middle of HELLO', ({ lane }) => lane.write(helloFrame().subarray(0, 12)), /no HELLO within/],
  ['floods with HELLO', ({ lane }) => lane.write(Buffer.concat(Array(1_000).fill(helloFrame()))), /a second HELLO/],
  [
    'opens lanes without end',
    ({ connection, lane }) => {
      lane.write(helloFrame());
      for (let i = 0; i < 20; i++) openAnother(connection)?.write(creditFrame(0, 1));
    },
    /lanes/,
  ],
  [
    'sends credit without end',
    ({ lane }) => lane.write(Buffer.concat([helloFrame(), ...Array(10).fill(creditFrame(0, Number.MAX_SAFE_INTEGER))])),
    /more credit for the connection than can be counted/,
  ],
  [
    'sends metadata that lies about its size',
    ({ lane }) =>
      lane.write(
        Buffer.concat([helloFrame(), requestFrame(echo, [1, FrameFlag.METADATA | FrameFlag.DATA], Buffer.from([0xff, 0xff, 0x03]))]),
      ),
    /protocol error: REQUEST/,
  ],
  [
    'stops in the middle of a frame with a call in flight',
    ({ lane }) =>
      lane.write(
        Buffer.concat([
          helloFrame(),
          requestFrame(rawMethod('T.hold'), [1, FrameFlag.DATA]),
          frameOf([FrameType.MESSAGE, 0, 1], Buffer.alloc(100)).subarray(0, 50),
        ]),
      ),
    /no sign of life/,
  ],
];

interface RawPeer {
  readonly connection: Connection;
  readonly lane: Lane;
}

for (const name of ['quic', 'tls'] as const) {
  describe(`over ${name}, a client that`, { concurrency: CASES.length }, () => {
    let trust: Trust;
    let server: Server;
    let address: string;

    before(async () => {
      trust = await createTrust();
      const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
      server = new Server({ ...trust, transport: transportOf(name), helloTimeoutMs: 700, livenessTimeoutMs: 700, logger: quiet });
      server.registerRaw('T.echo', (bytes) => bytes);
      server.registerRaw('T.hold', () => new Promise<never>(() => undefined));
      address = await server.listen('127.0.0.1:0');
    });
    after(() => server.close({ graceMs: 0 }));

    for (const [what, act, reason] of CASES) {
      it(`${what} is cut off with the reason, and others are served`, async () => {
        const connection = await transportOf(name).connect(address, { alpn: ALPN, ca: trust.ca });
        let closed: CloseInfo | undefined;
        connection.setHandler({
          onLane: () => undefined,
          onClose: (info) => {
            closed = info;
          },
        });
        const lane = connection.openLane();
        lane.setHandler(DEAF);
        act({ connection, lane });
        // A QUIC stream is not there for the server before its first byte.
        await eventually('the server has closed the connection', () => closed !== undefined);
        assert.match(closed?.reason ?? '', reason);
        await using client = await Client.connect(address, { ca: trust.ca, transport: transportOf(name) });
        assert.equal(Buffer.from(await client.callRaw('T.echo', Buffer.from('hi'))).toString(), 'hi');
      });
    }
  });
}

const DEAF = { onData: () => undefined, onDrain: () => undefined, onEnd: () => undefined };

/** The transport itself may allow no more. */
function openAnother(connection: Connection): Lane | undefined {
  try {
    const lane = connection.openLane();
    lane.setHandler(DEAF);
    return lane;
  } catch {
    return undefined;
  }
}
