import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseSeed, type Seed } from '../../../src/cluster/seed.ts';
import { orderByWeight, SeedResolver } from '../../../src/cluster/seed-targets.ts';
import type { ServiceRecord } from '../../../src/ports/name-resolver.ts';
import { FakeClock } from '../../../src/testing/fake-clock.ts';
import { seededRandom } from '../../../src/testing/seeded-random.ts';

const record = (host: string, weight: number): ServiceRecord => ({ host, port: 1, priority: 0, weight });
const never = new Promise<never>(() => undefined);

describe('SRV records of one priority', () => {
  it('come first in proportion to their weights, one of weight 0 hardly ever', () => {
    const random = seededRandom(1);
    const firsts: Record<string, number> = { a: 0, b: 0, zero: 0 };
    for (let i = 0; i < 4_000; i++) {
      const [first] = orderByWeight([record('zero', 0), record('a', 10), record('b', 30)], random);
      firsts[first?.host ?? ''] = (firsts[first?.host ?? ''] ?? 0) + 1;
    }
    const { a = 0, b = 0, zero = 0 } = firsts;
    assert.ok(b / a > 2.6 && b / a < 3.4, `${b} to ${a}`);
    assert.ok(zero > 0 && zero < 200, `${zero} of 4000`);
  });

  it('are all there, each once, whatever their weights', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 65_535 }), { maxLength: 12 }), fc.integer({ min: 1 }), (weights, seed) => {
        const records = weights.map((weight, i) => record(`h${i}`, weight));
        const ordered = orderByWeight(records, seededRandom(seed));
        assert.deepEqual(new Set(ordered), new Set(records));
        assert.equal(ordered.length, records.length);
      }),
    );
  });
});

describe('what a seed stands for', () => {
  const seed = (text: string): Seed => parseSeed(text) as Seed;
  const random = seededRandom(1);

  it('without names is the host itself, and a service stands for nobody', async () => {
    const resolver = new SeedResolver({ clock: new FakeClock(), random });
    const { tiers } = await resolver.find(seed('a:1'));
    assert.deepEqual(tiers, [[{ address: 'a:1', host: 'a', label: 'a:1' }]]);
    const { failures } = await resolver.find(seed('srv:_a._tcp.b'));
    assert.match(failures[0]?.error.message ?? '', /no SRV records/);
  });

  it('is a failure after five seconds when no name server answers', async () => {
    const clock = new FakeClock();
    const resolver = new SeedResolver({ clock, random, names: { addresses: () => never, services: () => never } });
    const found = Promise.all([resolver.find(seed('a:1')), resolver.find(seed('srv:_a._tcp.b'))]);
    clock.advance(5_000);
    for (const { tiers, failures } of await found) {
      assert.deepEqual(tiers, []);
      assert.match(failures[0]?.error.message ?? '', /not looked up within 5000 ms: check the name servers/);
    }
    assert.equal(clock.pending, 0);
  });

  it('keeps the ports of the records and puts the lowest priority first', async () => {
    const records = [
      { ...record('b', 1), port: 7, priority: 20 },
      { ...record('a', 1), port: 6, priority: 10 },
    ];
    const names = { addresses: (host: string) => Promise.resolve([`${host}-ip`]), services: () => Promise.resolve(records) };
    const { tiers } = await new SeedResolver({ clock: new FakeClock(), random, names }).find(seed('srv:_a._tcp.b'));
    assert.deepEqual(
      tiers.map((tier) => tier.map(({ label }) => label)),
      [['srv:_a._tcp.b (a-ip:6)'], ['srv:_a._tcp.b (b-ip:7)']],
    );
  });

  it('is bounded, however many addresses a name server makes up', async () => {
    const many = Array.from({ length: 5_000 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
    const names = { addresses: () => Promise.resolve(many), services: () => Promise.resolve([]) };
    const { tiers } = await new SeedResolver({ clock: new FakeClock(), random, names }).find(seed('a:1'));
    assert.equal(tiers[0]?.length, 256);
  });
});
