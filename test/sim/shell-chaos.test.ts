import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Random, randomInteger } from '../../src/ports/random.ts';
import type { NodeInfo } from '../../src/swim/node-info.ts';
import { seededRandom } from '../../src/testing/seeded-random.ts';
import { ShellWatch } from '../support/shell-watch.ts';
import { VirtualCluster, type VirtualNode } from '../support/virtual-cluster.ts';
import { seedsFor } from './seeds.ts';

const happened: Record<string, number> = {};

for (const seed of seedsFor(6)) {
  test(`seed ${seed}: whatever happened to nodes with their sockets, calls and encryption, a calm cluster comes to one view`, async () => {
    const chaos = new ShellChaos(seed);
    await chaos.start(4);
    for (let round = 0; round < 24; round++) await chaos.misbehave();
    await chaos.calm();
    for (const [deed, count] of Object.entries(chaos.deeds)) happened[deed] = (happened[deed] ?? 0) + count;
  });
}

test('the chaos of the real shell does what it says', () => {
  for (const [deed, count] of Object.entries(happened)) assert.ok(count > 0, `no ${deed} happened`);
  assert.equal(Object.keys(happened).length, 6);
});

test('the watch over the real shell bites when a node shows what it should not', async () => {
  const chaos = new ShellChaos(1);
  await chaos.start(2);
  const { cluster } = chaos.running()[0] as VirtualNode;
  const nodes = cluster.nodes.bind(cluster);
  const showing = (alter: (node: NodeInfo) => NodeInfo): void => void Object.assign(cluster, { nodes: () => nodes().map(alter) });
  showing((node) => ({ ...node, state: 'failed' }));
  assert.throws(() => chaos.watch.check(), { rule: 'selfIsAlive' });
  showing((node) => ({ ...node, epoch: node.epoch - 1 }));
  assert.throws(() => chaos.watch.check(), { rule: 'monotoneVersion' });
  showing((node) => ({ ...node, tags: { another: 'tag' } }));
  assert.throws(() => chaos.watch.check(), { rule: 'oneMeaning' });
});

/** Nodes `n1`, `n2` and so on with the real driver, joiner, exchanges and cipher, and what happens to them, drawn from a seed. */
class ShellChaos {
  readonly watch: ShellWatch = new ShellWatch();
  readonly deeds = { crash: 0, restart: 0, leave: 0, cut: 0, weather: 0, tags: 0 };
  readonly #seed: number;
  readonly #virtual: VirtualCluster;
  readonly #random: Random;
  readonly #nodes = new Map<string, VirtualNode>();
  #names: readonly string[] = [];

  constructor(seed: number) {
    this.#seed = seed;
    this.#virtual = new VirtualCluster(seed);
    this.#random = seededRandom(seed + 7);
  }

  running(): readonly VirtualNode[] {
    return [...this.#nodes.values()];
  }

  async start(count: number): Promise<void> {
    this.#names = Array.from({ length: count }, (_, index) => `n${index + 1}`);
    for (const nodeId of this.#names) await this.#startNode(nodeId);
    await this.#pass(1000);
  }

  async misbehave(): Promise<void> {
    const someone = this.running()[randomInteger(this.#random, this.#nodes.size)] as VirtualNode;
    switch (randomInteger(this.#random, 8)) {
      case 0:
        await this.#end(someone, 'crash');
        break;
      case 1:
        await this.#end(someone, 'leave');
        break;
      case 2:
        this.deeds.cut += 1;
        this.#virtual.network.partition([someone.nodeId], this.#names.slice(0, 1 + randomInteger(this.#random, this.#names.length)));
        break;
      case 3:
        this.#virtual.network.heal();
        break;
      case 4:
        this.deeds.tags += 1;
        someone.cluster.setTag('turn', String(this.#random.next()));
        break;
      case 5:
        this.deeds.weather += 1;
        this.#virtual.network.setConditions({
          datagramLoss: this.#random.next() * 0.3,
          datagramDuplication: this.#random.next() * 0.2,
          jitterMs: this.#random.next() * 100,
        });
        break;
      default:
        await this.#revive();
    }
    await this.#pass(500 + this.#random.next() * 2500);
  }

  /** Heals everything, starts who is missing, and waits for one view. */
  async calm(): Promise<void> {
    this.#virtual.network.heal();
    this.#virtual.network.setConditions({ datagramLoss: 0, datagramDuplication: 0, jitterMs: 2 });
    const endMs = this.#virtual.clock.now() + 120_000;
    while (!this.#hasOneView()) {
      assert.ok(this.#virtual.clock.now() < endMs, `Seed ${this.#seed}: no one view 120 s after the calm`);
      await this.#revive();
      await this.#pass(1000);
    }
  }

  #hasOneView(): boolean {
    const truth = this.running().map(({ cluster, nodeId }) => cluster.node(nodeId) as NodeInfo);
    if (truth.length < this.#names.length) return false;
    return this.running().every(({ cluster }) => {
      const active = cluster.nodes().filter(({ state }) => state === 'alive' || state === 'suspect');
      const sees = (own: NodeInfo): boolean =>
        active.some(
          (node) =>
            node.nodeId === own.nodeId && node.state === 'alive' && node.epoch === own.epoch && node.incarnation === own.incarnation,
        );
      return active.length === truth.length && truth.every(sees);
    });
  }

  async #revive(): Promise<void> {
    const nodeId = this.#names.find((name) => !this.#nodes.has(name));
    if (nodeId === undefined) return;
    this.deeds.restart += 1;
    await this.#startNode(nodeId);
  }

  /** A node that cannot join in time, because the others are cut off, is gone again. */
  async #startNode(nodeId: string): Promise<void> {
    const seeds = this.running().map((node) => `${node.nodeId}:1000`);
    try {
      const options = { seeds, joinTimeoutMs: 3000, membership: { profile: 'local', maxTombstones: 4 } } as const;
      const node = await this.#virtual.node(nodeId, options);
      this.#nodes.set(nodeId, node);
      this.watch.add(node);
    } catch {
      this.#virtual.network.crash(nodeId);
    }
  }

  async #end(node: VirtualNode, how: 'crash' | 'leave'): Promise<void> {
    if (this.#nodes.size <= 2) return;
    this.deeds[how] += 1;
    this.watch.remove(node);
    this.#nodes.delete(node.nodeId);
    if (how === 'crash') await this.#virtual.crash(node);
    else await this.#virtual.until(node.server.close({ graceMs: 0 }));
  }

  async #pass(ms: number): Promise<void> {
    for (let rest = ms; rest > 0; rest -= STEP_MS) {
      await this.#virtual.pass(STEP_MS, STEP_MS);
      this.watch.check();
    }
  }
}

const STEP_MS = 20;
