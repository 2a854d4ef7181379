import { answerCommands } from './answer-commands.ts';
import type { BenchIdentity, ContenderServer } from './contender.ts';
import { loadContender } from './load-contender.ts';
import { memoryAfterCollection } from './memory.ts';

/** What the server process is told. */
export type ServerCommand =
  | { readonly kind: 'serve'; readonly contender: string; readonly identity: BenchIdentity }
  /** Gives the microseconds of CPU that this process, and those that it started, have used so far. */
  | { readonly kind: 'cpu' }
  /** Gives a `MemoryUse`. */
  | { readonly kind: 'memory' }
  | { readonly kind: 'stop' };

let server: ContenderServer | undefined;

answerCommands<ServerCommand>(async (command) => {
  switch (command.kind) {
    case 'serve': {
      const contender = await loadContender(command.contender);
      server = await contender.serve(command.identity);
      return server.port;
    }
    case 'cpu': {
      const { user, system } = process.cpuUsage();
      return user + system + ((await server?.extraCpuUs?.()) ?? 0);
    }
    case 'memory':
      return memoryAfterCollection();
    case 'stop':
      return server?.close();
  }
});
