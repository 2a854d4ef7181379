import { quicTransport } from '../../src/transports/quic/quic-transport.ts';
import { scenarioInput } from './child-scenario.ts';
import { watchConnection } from './watched-connection.ts';

/** A process with a QUIC server that echoes the bytes of every lane, until its standard input ends. It prints its address. */
const { cert, key, alpn } = scenarioInput() as { readonly cert: string; readonly key: string; readonly alpn: string };

const listener = await quicTransport().listen({
  address: '127.0.0.1:0',
  cert,
  key,
  alpn,
  onConnection: (connection) => {
    watchConnection(connection, (lane) => {
      lane.setHandler({ onData: (bytes) => void lane.write(bytes), onDrain: () => undefined, onEnd: () => undefined });
    });
  },
});
console.log(JSON.stringify(listener.address));

process.stdin.on('end', () => void listener.close());
process.stdin.resume();
