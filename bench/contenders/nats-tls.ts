import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, constants, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { connect as connectNats, type Msg } from '@nats-io/transport-node';
import { type BenchIdentity, type Contender, type ContenderClient, type ContenderServer, STREAM_TEXT } from '../contender.ts';

/** Request and reply through a NATS broker: a third process, whose CPU time counts for the server (read from /proc, so on Linux only). */
export const contender: Contender<Uint8Array> = {
  name: 'NATS on TLS',
  role: 'peer',
  description:
    'request and reply through nats-server, one connection from each side, bytes as they are, streams as many replies to one request',
  packages: ['@nats-io/transport-node'],
  toPayload: (text) => Buffer.from(text),
  async unavailableBecause() {
    return (await findProgram()) === undefined ? 'there is no nats-server on the PATH' : undefined;
  },
  serve,
  connect,
};

async function serve({ cert, key, ca }: BenchIdentity): Promise<ContenderServer> {
  const item = contender.toPayload(STREAM_TEXT);
  const broker = await startBroker(cert, key);
  const connection = await connectNats({ servers: `127.0.0.1:${broker.port}`, tls: { ca } });
  connection.subscribe('echo', { callback: (_error, message) => void message.respond(message.data) });
  connection.subscribe('ticks', {
    callback(_error, message) {
      for (let left = message.json<number>(); left > 0; left--) message.respond(item);
      // An empty reply is the sentinel that ends the answers.
      message.respond();
    },
  });
  await connection.flush();
  return {
    port: broker.port,
    extraCpuUs: () => cpuOf(broker.process.pid),
    async close() {
      await connection.close();
      await broker.stop();
    },
  };
}

async function connect(port: number, ca: string): Promise<ContenderClient<Uint8Array>> {
  const connection = await connectNats({ servers: `127.0.0.1:${port}`, tls: { ca } });
  return {
    unary: (payload) => connection.request('echo', payload, { timeout: REQUEST_TIMEOUT_MS }),
    async stream(count, onItem) {
      const answers = await connection.requestMany('ticks', JSON.stringify(count), { strategy: 'sentinel', maxWait: REQUEST_TIMEOUT_MS });
      for await (const answer of answers as AsyncIterable<Msg>) if (answer.data.length > 0) onItem(answer.data);
    },
    close: () => connection.close(),
  };
}

interface Broker {
  readonly process: ChildProcess;
  readonly port: number;
  stop(): Promise<void>;
}

async function startBroker(cert: string, key: string): Promise<Broker> {
  const program = await findProgram();
  if (program === undefined) throw new Error('there is no nats-server on the PATH');
  const folder = await mkdtemp(join(tmpdir(), 'rpcnet-bench-nats-'));
  const [certPath, keyPath] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  await writeFile(certPath, cert);
  await writeFile(keyPath, key, { mode: 0o600 });
  const limits = join(folder, 'nats.conf');
  await writeFile(limits, 'max_payload: 8MB\n');
  const args = ['-c', limits, '-a', '127.0.0.1', '-p', '-1', '--tls', '--tlscert', certPath, '--tlskey', keyPath];
  const broker = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const kill = (): void => void broker.kill();
  process.on('exit', kill);
  const port = await portOf(broker);
  return {
    process: broker,
    port,
    async stop() {
      process.off('exit', kill);
      const ended = once(broker, 'exit');
      kill();
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

/** Reads the port out of what the broker logs at its start. */
async function portOf(broker: ChildProcess): Promise<number> {
  if (broker.stderr === null) throw new Error('nats-server was started without a pipe for its log');
  for await (const line of createInterface({ input: broker.stderr })) {
    const port = /Listening for client connections on 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    if (port === undefined) continue;
    broker.stderr.resume();
    return Number(port);
  }
  throw new Error('nats-server ended without listening');
}

/** Microseconds of CPU that a process has used, to a hundredth of a second; 0 where there is no /proc. */
async function cpuOf(id: number | undefined): Promise<number> {
  const text = await readFile(`/proc/${id}/stat`, 'utf8').catch(() => '');
  const [userTicks = 0, systemTicks = 0] = text.slice(text.lastIndexOf(')')).split(' ').slice(12, 14).map(Number);
  return (userTicks + systemTicks) * US_PER_TICK;
}

async function findProgram(): Promise<string | undefined> {
  const name = process.platform === 'win32' ? 'nats-server.exe' : 'nats-server';
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name);
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}

const REQUEST_TIMEOUT_MS = 30_000;
const US_PER_TICK = 10_000;
