import { scenarioInput } from './child-scenario.ts';
import { createTransport, type TransportName } from './transport-by-name.ts';
import { watchConnection } from './watched-connection.ts';

/** What a test hands to this script. */
interface EchoInput {
  readonly transport: TransportName;
  readonly cert: string;
  readonly key: string;
  readonly alpn: string;
}

/** A process with a server that echoes the bytes of every lane, until its standard input ends. It prints its address. */
const { transport, cert, key, alpn } = scenarioInput() as EchoInput;

const listener = await createTransport(transport).listen({
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
