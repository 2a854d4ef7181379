import type { SwimSettingsOptions } from '../../src/swim/settings.ts';
import { type ChildScenario, startScenario } from './child-scenario.ts';
import { eventually, type Trust } from './cluster-nodes.ts';

/** Where in its event loop a process stands still. */
export type StallPhase = 'io' | 'immediate' | 'timer' | 'microtask';

/** How a process stands still: right after its next probe has left. */
export interface Stall {
  readonly phase: StallPhase;
  readonly ms: number;
}

/** What a process is started with. */
export interface ClusterProcessInput {
  readonly nodeId: string;
  readonly seeds: readonly string[];
  readonly trust: Trust;
  readonly membership: SwimSettingsOptions;
}

/** What a process tells. Times are of the wall clock, which all processes of a machine share. */
export type ProcessMessage =
  | { readonly kind: 'started'; readonly address: string; readonly alive: number }
  | { readonly kind: 'event'; readonly event: string; readonly node: string; readonly incarnation: number; readonly atMs: number }
  | { readonly kind: 'log'; readonly text: string }
  /** A stall is over. `falseProbes`: probes that this process held for failed through it. */
  | { readonly kind: 'stalled'; readonly fromMs: number; readonly falseProbes: number };

type MessageOf<K extends ProcessMessage['kind']> = Extract<ProcessMessage, { readonly kind: K }>;

/** A node in a process of its own. */
export class ClusterProcess {
  readonly nodeId: string;
  readonly messages: ProcessMessage[] = [];
  readonly #child: ChildScenario;
  #failure: unknown;

  constructor(input: ClusterProcessInput) {
    this.nodeId = input.nodeId;
    this.#child = startScenario('cluster-process.ts', input);
    void this.#read();
  }

  /** What it told of one kind so far. */
  told<K extends ProcessMessage['kind']>(kind: K): readonly MessageOf<K>[] {
    return this.messages.filter((message): message is MessageOf<K> => message.kind === kind);
  }

  /** The names of the events that it told of a node, in order. */
  eventsAbout(nodeId: string): readonly string[] {
    return this.told('event').flatMap(({ event, node }) => (node === nodeId ? [event] : []));
  }

  async address(): Promise<string> {
    await this.#until('its start', () => this.told('started').length > 0, START_LIMIT_MS);
    return this.told('started')[0]?.address ?? '';
  }

  /** Has it stand still; resolves a moment after it goes on. */
  async stall(stall: Stall): Promise<MessageOf<'stalled'>> {
    const before = this.told('stalled').length;
    this.beginStall(stall);
    await this.#until('the end of its stall', () => this.told('stalled').length > before, stall.ms + 20_000);
    return this.told('stalled')[before] as MessageOf<'stalled'>;
  }

  /** Has it stand still, and does not wait for it. */
  beginStall(stall: Stall): void {
    this.#child.process.stdin?.write(`${JSON.stringify(stall)}\n`);
  }

  async close(): Promise<void> {
    this.#child.process.stdin?.end();
    await this.#child.exit();
  }

  kill(): void {
    this.#child.process.kill('SIGKILL');
  }

  async #read(): Promise<void> {
    try {
      for (;;) this.messages.push((await this.#child.nextMessage(SILENCE_MS)) as ProcessMessage);
    } catch (error) {
      this.#failure = error;
    }
  }

  #until(what: string, condition: () => boolean, limitMs?: number): Promise<void> {
    return eventually(
      `${what} (${this.nodeId})`,
      () => {
        if (this.#failure !== undefined) throw this.#failure;
        return condition();
      },
      limitMs,
    );
  }
}

/** Starts processes that are one cluster, the first of them the seed of the others, and resolves when each sees all. */
export async function startClusterProcesses(
  nodeIds: readonly string[],
  options: Omit<ClusterProcessInput, 'nodeId' | 'seeds'>,
): Promise<ClusterProcess[]> {
  const processes: ClusterProcess[] = [];
  try {
    for (const nodeId of nodeIds) {
      const seeds = processes[0] === undefined ? [] : [await processes[0].address()];
      processes.push(new ClusterProcess({ ...options, nodeId, seeds }));
    }
    for (const process of processes) await process.address();
    await eventually('one view', () => processes.every((process) => knownBy(process) >= nodeIds.length), START_LIMIT_MS);
    return processes;
  } catch (error) {
    for (const process of processes) process.kill();
    throw error;
  }
}

function knownBy({ messages, nodeId }: ClusterProcess): number {
  const started = messages.find((message) => message.kind === 'started');
  const joined = messages.filter((message) => message.kind === 'event' && message.event === 'nodeJoined' && message.node !== nodeId);
  return (started?.alive ?? 0) + joined.length;
}

/** Far above the longest stall. */
const SILENCE_MS = 180_000;
/** Starting a process takes a second of computing, on a busy machine very many. */
const START_LIMIT_MS = 60_000;
