import { setTimeout as sleep } from 'node:timers/promises';
import { Client, RpcError } from 'rpcnet';
import { DirectorClient, isDirectorError, type WorkerAssignment } from './generated/director/index.ts';
import { blaming } from './program.ts';
import { directorAddress, loadCertificates } from './settings.ts';

/** A worker that this client is connected to. */
export interface AssignedWorker {
  readonly label: string;
  readonly connection: Client;
}

/** Asks the director for workers and connects to them directly. */
export class WorkerFinder {
  readonly #director: DirectorClient;
  readonly #ca: string;
  /** Workers that failed a moment ago, and until when they are not wanted: the cluster needs some seconds to be sure that a node is dead. */
  readonly #avoidedUntil = new Map<string, number>();
  #hasAssigned = false;

  private constructor(director: DirectorClient, ca: string) {
    this.#director = director;
    this.#ca = ca;
  }

  /** Connects to the director. */
  static async connect(): Promise<WorkerFinder> {
    const address = directorAddress();
    console.log(`📡 Starting Client - connecting to director at ${address}`);
    const { ca } = await loadCertificates();
    // This connection may break: it is opened again by itself, and calls wait for it until their time is up.
    const director = await blaming(`DIRECTOR_ADDR=${address}`, DirectorClient.connect(address, { ca }));
    console.log('✅ Connected to director');
    return new WorkerFinder(director, ca);
  }

  /** Gives a connected worker, however often it has to ask. @throws an AbortError when the signal aborts */
  async find(signal: AbortSignal): Promise<AssignedWorker> {
    if (this.#hasAssigned) console.log('🔄 returning to director for new worker assignment');
    this.#hasAssigned = true;
    for (;;) {
      const assignment = await this.#ask(signal);
      try {
        return { label: assignment.workerLabel, connection: await this.#connect(assignment.workerAddress) };
      } catch (error) {
        this.#avoid(assignment.workerLabel, error);
      }
    }
  }

  /** Notes that a worker failed a call, so that it is ruled out for a while. Throws the error if another worker could do no better. */
  giveUp(label: string, error: unknown): void {
    this.#avoid(label, error, 'ofCall');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#director.close();
  }

  async #ask(signal: AbortSignal): Promise<WorkerAssignment> {
    for (;;) {
      signal.throwIfAborted();
      console.log('🔍 Asking director for worker assignment');
      try {
        return await this.#director.getWorker({ exclude: this.#avoided() }, { signal, timeoutMs: 5_000 });
      } catch (error) {
        signal.throwIfAborted();
        const hadToAvoid = this.#avoidedUntil.size > 0;
        // Better a worker that failed before than none: it may have been restarted.
        this.#avoidedUntil.clear();
        if (isDirectorError(error)) {
          if (hadToAvoid) continue;
          console.log('⏳ The director has no worker for us - asking again');
        } else if (error instanceof RpcError) console.log(`⏳ The director does not answer: ${error.message} - asking again`);
        else throw error;
        await sleep(500, undefined, { signal });
      }
    }
  }

  async #connect(address: string): Promise<Client> {
    console.log(`🔀 Director assigned worker at ${address}`);
    console.log('✅ Establishing direct connection to worker');
    // There are other workers, so this connection is given up fast: after a second of silence, and without trying to reconnect.
    const options = { ca: this.#ca, connectTimeoutMs: 2_000, livenessTimeoutMs: 1_000, whenDisconnected: 'fail' } as const;
    const connection = await Client.connect(address, options);
    console.log('✅ Direct connection established');
    return connection;
  }

  #avoid(label: string, error: unknown, origin?: 'ofCall'): void {
    if (!(error instanceof RpcError) || !(error.retryable || error.code === 'DEADLINE_EXCEEDED')) throw error;
    this.#avoidedUntil.set(label, performance.now() + AVOIDED_MS);
    // A call that a closing worker did not take was never begun: the change of worker is in good order.
    if (origin === 'ofCall' && error.notTaken) return;
    console.log(`⚠️  Worker failed: ${error.message} - returning to director`);
  }

  #avoided(): string[] {
    for (const [label, until] of this.#avoidedUntil) if (until < performance.now()) this.#avoidedUntil.delete(label);
    return [...this.#avoidedUntil.keys()];
  }
}

/** By then the director knows whether a worker is dead. */
const AVOIDED_MS = 10_000;
