import { Server } from '../src/index.ts';
import { answerCommands } from './answer-commands.ts';
import type { BenchIdentity } from './contender.ts';
import { echoService } from './echo-service.ts';
import { echoHandler } from './rpcnet-contender.ts';

/** What a director or worker process is told. */
export type ClusterNodeCommand =
  /** Gives the address. A director has no seeds; a worker has the director. */
  | { readonly kind: 'start'; readonly nodeId: string; readonly identity: BenchIdentity; readonly seeds: readonly string[] }
  | { readonly kind: 'stop' };

let server: Server | undefined;

answerCommands<ClusterNodeCommand>(async (command) => {
  switch (command.kind) {
    case 'start': {
      const { nodeId, identity, seeds } = command;
      server = new Server(identity);
      if (seeds.length === 0) {
        const address = await server.listen('127.0.0.1:0');
        await server.enableCluster({ nodeId, tags: { role: 'director' } });
        return address;
      }
      server.register(echoService(echoHandler));
      const address = await server.listen('127.0.0.1:0');
      await server.enableCluster({ nodeId, seeds, tags: { role: 'worker', label: nodeId } });
      return address;
    }
    case 'stop':
      return server?.close({ graceMs: 0 });
  }
});
