import { BenchProcess } from './bench-process.ts';
import type { ClientCommand } from './client-process.ts';
import type { BenchIdentity } from './contender.ts';
import type { Measurement } from './measure.ts';
import { type Plan, type Point, pointName, type Shape } from './plan.ts';
import type { ServerCommand } from './server-process.ts';

/** What one point gave in one round. */
export interface PointResult {
  /** As of `pointName`. */
  readonly point: string;
  /** Calls for unary points, items for streams, megabytes each way for bulk. */
  readonly perSecond: number;
  /** Of a call, or of a whole stream. */
  readonly p50Us: number;
  readonly p99Us: number;
  /** For each call, item, or megabyte each way. */
  readonly clientCpuUs: number;
  readonly serverCpuUs: number;
}

/** What a pair needs to know. */
export interface PairOptions {
  readonly plan: Plan;
  readonly identity: BenchIdentity;
  /** What both processes are started with. */
  readonly nodeOptions: readonly string[];
}

/**
 * The server and client process of one contender. They live through all rounds and idle while others have their turn: a slow library would never be
 * compiled by the JIT, and look slower than it is, if every turn began with new processes.
 *
 * Every method throws an Error that says which process failed at what.
 */
export class Pair {
  readonly #contender: string;
  readonly #options: PairOptions;
  readonly #server: BenchProcess<ServerCommand>;
  readonly #client: BenchProcess<ClientCommand>;

  constructor(contender: string, options: PairOptions) {
    this.#contender = contender;
    this.#options = options;
    this.#server = new BenchProcess('server', options.nodeOptions);
    this.#client = new BenchProcess('client', options.nodeOptions);
  }

  /** Connects, checks the answers, warms up. To be called first. */
  async open(): Promise<void> {
    const { identity, plan } = this.#options;
    const contender = this.#contender;
    const port = (await this.#server.ask({ kind: 'serve', contender, identity })) as number;
    await this.#client.ask({ kind: 'connect', contender, port, ca: identity.ca });
    const shapes = new Set(plan.points.map((point) => point.shape));
    // A shape that comes later may undo what the JIT assumed about earlier ones: all of them pass twice.
    for (let pass = 0; pass < WARM_UP_PASSES; pass++) {
      for (const shape of shapes) {
        const { inFlight, cpuShare } = WARM_UPS[shape];
        await this.#warmUp({ shape, inFlight }, (plan.warmUpCpuMs * cpuShare) / WARM_UP_PASSES);
      }
    }
  }

  /** One turn at a point. */
  async measure(point: Point): Promise<PointResult> {
    const serverCpuBefore = (await this.#server.ask({ kind: 'cpu' })) as number;
    const measured = await this.#ask(point, this.#options.plan.pointMs);
    const serverCpuAfter = (await this.#server.ask({ kind: 'cpu' })) as number;
    const units = measured.operations * (point.shape === 'stream' ? this.#options.plan.streamItems : 1);
    return {
      point: pointName(point),
      perSecond: (units / measured.elapsedMs) * 1_000,
      p50Us: measured.p50Us,
      p99Us: measured.p99Us,
      clientCpuUs: measured.cpuUs / units,
      serverCpuUs: (serverCpuAfter - serverCpuBefore) / units,
    };
  }

  /** Bytes of heap that a unary call allocates in the client. */
  async allocation(): Promise<number> {
    const durationMs = this.#options.plan.pointMs;
    return (await this.#client.ask({ kind: 'allocation', durationMs }, durationMs + LAST_OPERATIONS_TIMEOUT_MS)) as number;
  }

  /** Closes the connection and the server. */
  async close(): Promise<void> {
    await this.#client.ask({ kind: 'stop' });
    await this.#server.ask({ kind: 'stop' });
  }

  /** Ends both processes, whatever state they are in. */
  async end(): Promise<void> {
    await Promise.all([this.#client.end(), this.#server.end()]);
  }

  async #warmUp(point: Point, cpuMs: number): Promise<void> {
    let spentUs = 0;
    for (let slice = 0; spentUs < cpuMs * 1_000 && slice < MAX_WARM_UP_SLICES; slice++)
      spentUs += (await this.#ask(point, WARM_UP_SLICE_MS)).cpuUs;
  }

  async #ask(point: Point, durationMs: number): Promise<Measurement> {
    const { streamItems } = this.#options.plan;
    const command = { kind: 'measure', point, durationMs, streamItems } as const;
    return (await this.#client.ask(command, durationMs + LAST_OPERATIONS_TIMEOUT_MS)) as Measurement;
  }
}

const WARM_UPS: Readonly<Record<Shape, { readonly inFlight: number; readonly cpuShare: number }>> = {
  unary: { inFlight: 64, cpuShare: 1 },
  stream: { inFlight: 8, cpuShare: 0.5 },
  bulk: { inFlight: 8, cpuShare: 0.5 },
};

const WARM_UP_PASSES = 2;
const WARM_UP_SLICE_MS = 100;

/** A minute of each shape in each pass: by then the machine is too busy to measure anything. */
const MAX_WARM_UP_SLICES = 600;

/** A slow library needs a while for the last of many streams. */
const LAST_OPERATIONS_TIMEOUT_MS = 30_000;
