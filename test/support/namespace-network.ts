import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';

/**
 * Hosts in network namespaces of their own on one switch, with real links and routes that can be cut. Everything, the switch too, is in namespaces that
 * carry the process id in their names: removing them removes all, and the machine's own network is never touched.
 */
export class NamespaceNetwork {
  readonly #name: string;
  readonly #size: number;
  readonly #onExit = (): void => this.#removeAll();

  /** @throws Error when the machine does not permit it; see {@link whyNoNamespaces} */
  constructor(size: number) {
    this.#name = `${PREFIX}${process.pid}-${randomBytes(3).toString('hex')}`;
    this.#size = size;
    removeLeftovers();
    process.on('exit', this.#onExit);
    try {
      this.#build();
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  /** The IP address of a host; the first is 0. */
  ip(host: number): string {
    return `10.77.0.${host + 1}`;
  }

  /** What a command line begins with to run on a host. */
  commandOn(host: number): readonly string[] {
    return ['ip', 'netns', 'exec', this.#host(host)];
  }

  /** Takes the cable out of a host, or puts it back. */
  setLink(host: number, isUp: boolean): void {
    this.#on(host, ['link', 'set', 'eth0', isUp ? 'up' : 'down']);
  }

  /** Nothing that a host sends reaches another any more; the way back stays open. */
  cutOneWay(from: number, to: number): void {
    this.#on(from, ['route', 'add', 'blackhole', `${this.ip(to)}/32`]);
  }

  mendOneWay(from: number, to: number): void {
    this.#on(from, ['route', 'del', 'blackhole', `${this.ip(to)}/32`]);
  }

  /** Cuts every way between the hosts of two sides, or mends it. */
  setSplit(side: readonly number[], other: readonly number[], isSplit: boolean): void {
    for (const a of side) {
      for (const b of other) {
        if (isSplit) this.cutOneWay(a, b);
        else this.mendOneWay(a, b);
      }
    }
    for (const b of other) {
      for (const a of side) {
        if (isSplit) this.cutOneWay(b, a);
        else this.mendOneWay(b, a);
      }
    }
  }

  /** No UDP leaves a host any more, while TCP does; or it does again. A rule of policy routing, which needs no firewall. */
  setUdp(host: number, isOpen: boolean): void {
    this.#on(host, ['rule', isOpen ? 'del' : 'add', 'pref', '10', 'ipproto', 'udp', 'blackhole']);
  }

  /** Removes everything; processes on the hosts should have ended. Idempotent. */
  remove(): void {
    process.off('exit', this.#onExit);
    this.#removeAll();
  }

  #build(): void {
    const hub = `${this.#name}-hub`;
    ip(['netns', 'add', hub]);
    ip(['-n', hub, 'link', 'add', 'br0', 'type', 'bridge']);
    ip(['-n', hub, 'link', 'set', 'br0', 'up']);
    for (let host = 0; host < this.#size; host++) {
      const name = this.#host(host);
      ip(['netns', 'add', name]);
      ip(['-n', hub, 'link', 'add', `port${host}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name]);
      ip(['-n', hub, 'link', 'set', `port${host}`, 'master', 'br0', 'up']);
      this.#on(host, ['link', 'set', 'lo', 'up']);
      this.#on(host, ['addr', 'add', `${this.ip(host)}/24`, 'dev', 'eth0']);
      this.#on(host, ['link', 'set', 'eth0', 'up']);
    }
  }

  #removeAll(): void {
    for (const name of namespaces()) if (name.startsWith(`${this.#name}-`)) spawnSync('ip', ['netns', 'del', name]);
  }

  #host(host: number): string {
    return `${this.#name}-${host}`;
  }

  #on(host: number, args: readonly string[]): void {
    ip(['-n', this.#host(host), ...args]);
  }
}

/** Why this machine permits no namespaces, if so. */
export function whyNoNamespaces(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces are there on Linux only';
  const name = `${PREFIX}${process.pid}-probe`;
  const { status, error, stderr } = spawnSync('ip', ['netns', 'add', name], { encoding: 'utf8' });
  if (error) return `the command ip cannot be run: ${error.message}`;
  if (status !== 0) return `namespaces are not permitted (root or CAP_NET_ADMIN and CAP_SYS_ADMIN): ${stderr.trim()}`;
  spawnSync('ip', ['netns', 'del', name]);
  return undefined;
}

/** What a process left behind that was killed in the middle. */
function removeLeftovers(): void {
  for (const name of namespaces()) {
    const owner = Number(name.match(OWNED)?.[1] ?? Number.NaN);
    if (!Number.isNaN(owner) && !isRunning(owner)) spawnSync('ip', ['netns', 'del', name]);
  }
}

function namespaces(): string[] {
  const { stdout } = spawnSync('ip', ['netns', 'list'], { encoding: 'utf8' });
  return (stdout ?? '').split('\n').flatMap((line) => line.split(' ')[0] ?? []);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // The only way Node.js says that there is no such process.
    return false;
  }
}

function ip(args: readonly string[]): void {
  const { status, error, stderr } = spawnSync('ip', args, { encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr.trim()}`);
}

const PREFIX = 'rpcnet-test-';
const OWNED = /^rpcnet-test-(\d+)-/;
