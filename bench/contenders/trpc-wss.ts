import { createTRPCClient, createWSClient, wsLink } from '@trpc/client';
import { initTRPC } from '@trpc/server';
import { applyWSSHandler } from '@trpc/server/adapters/ws';
import { WebSocket } from 'ws';
import { type BenchIdentity, type Contender, type ContenderClient, type ContenderServer, STREAM_TEXT } from '../contender.ts';
import { serveWss } from '../wss-server.ts';

/** tRPC over a WebSocket, the one of its links that keeps a connection and streams both ways. */
export const contender: Contender<string> = {
  name: 'tRPC on wss',
  role: 'peer',
  description: 'JSON text in one secure WebSocket of ws, procedures with an input parser, subscriptions by async generators',
  packages: ['@trpc/server', '@trpc/client', 'ws'],
  toPayload: (text) => text,
  serve,
  connect,
};

function serve(identity: BenchIdentity): Promise<ContenderServer> {
  return serveWss(identity, (sockets) => {
    applyWSSHandler({ wss: sockets, router: createRouter() });
  });
}

async function connect(port: number, ca: string): Promise<ContenderClient<string>> {
  class TrustingWebSocket extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols, { ca });
    }
  }
  const connection = createWSClient({
    // By name: TLS cannot ask a server for an IP address.
    url: `wss://localhost:${port}`,
    WebSocket: TrustingWebSocket as unknown as typeof globalThis.WebSocket,
  });
  const client = createTRPCClient<Router>({ links: [wsLink({ client: connection })] });
  return {
    unary: (text) => client.echo.query(text),
    stream: (count, onItem) =>
      new Promise((resolve, reject) => {
        client.ticks.subscribe(count, { onData: onItem, onComplete: resolve, onError: reject });
      }),
    close: () => connection.close(),
  };
}

type Router = ReturnType<typeof createRouter>;

function createRouter() {
  const trpc = initTRPC.create();
  return trpc.router({
    echo: trpc.procedure.input(parseText).query(({ input }) => input),
    ticks: trpc.procedure.input(parseCount).subscription(async function* ({ input }) {
      for (let left = input; left > 0; left--) yield STREAM_TEXT;
    }),
  });
}

function parseText(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError(`Expected a string, got ${typeof value}`);
  return value;
}

function parseCount(value: unknown): number {
  if (typeof value !== 'number') throw new TypeError(`Expected a number, got ${typeof value}`);
  return value;
}
