import { newWebSocketRpcSession, RpcTarget } from 'capnweb';
import { WebSocket } from 'ws';
import { type BenchIdentity, type Contender, type ContenderClient, type ContenderServer, STREAM_TEXT } from '../contender.ts';
import { serveWss } from '../wss-server.ts';

/** Cap'n Web over a WebSocket, its session for long-lived connections. */
export const contender: Contender<string> = {
  name: 'capnweb on wss',
  role: 'peer',
  description: 'JSON text in one secure WebSocket of ws, one session, streams as ReadableStream with its flow control',
  packages: ['capnweb', 'ws'],
  toPayload: (text) => text,
  serve,
  connect,
};

class Echo extends RpcTarget {
  echo(text: string): string {
    return text;
  }

  ticks(count: number): ReadableStream<string> {
    let left = count;
    return new ReadableStream({
      pull(controller) {
        if (left === 0) return controller.close();
        left -= 1;
        controller.enqueue(STREAM_TEXT);
      },
    });
  }
}

// Cap'n Web compares states with those of the global class, which Node.js 20 does not have yet.
globalThis.WebSocket ??= WebSocket as unknown as typeof globalThis.WebSocket;

function serve(identity: BenchIdentity): Promise<ContenderServer> {
  return serveWss(identity, (sockets) => {
    sockets.on('connection', (socket) => newWebSocketRpcSession(toStandard(socket), new Echo()));
  });
}

async function connect(port: number, ca: string): Promise<ContenderClient<string>> {
  const socket = new WebSocket(`wss://127.0.0.1:${port}`, { ca });
  const session = newWebSocketRpcSession<Echo>(toStandard(socket));
  return {
    unary: async (text) => await session.echo(text),
    async stream(count, onItem) {
      const items = await session.ticks(count);
      for await (const item of items) onItem(item);
    },
    close: async () => session[Symbol.dispose](),
  };
}

/** The sockets of ws do what Cap'n Web asks of a standard one; only their declarations differ. */
function toStandard(socket: WebSocket): globalThis.WebSocket {
  return socket as unknown as globalThis.WebSocket;
}
