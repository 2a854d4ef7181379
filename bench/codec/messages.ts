import type { Blob, Item, Nested, Nums, Objs, OrderLine, Small } from './messages.rpc.ts';

/** The messages that every contender carries, by name. */
export interface Messages {
  readonly small: Small;
  readonly nested: Nested;
  readonly nums: Nums;
  readonly objs: Objs;
  readonly blob: Blob;
}

export type MessageName = keyof Messages;

/** In the order of the tables. */
export const MESSAGE_NAMES: readonly MessageName[] = ['small', 'nested', 'nums', 'objs', 'blob'];

/** Several values of each, so that nothing is measured with one value only; the same in every run. */
export function createMessages(): { readonly [Name in MessageName]: readonly Messages[Name][] } {
  const random = createRandom(0x2545_f491);
  return {
    small: times(64, () => createSmall(random)),
    nested: times(32, () => createNested(random)),
    nums: times(4, () => ({ values: times(1_000, random) })),
    objs: times(4, () => ({ items: times(1_000, (index) => createItem(random, index)) })),
    blob: times(2, () => ({ data: createBytes(random, 1_048_576) })),
  };
}

function createSmall(random: Random): Small {
  const name = pick(random, NAMES);
  return {
    id: createId(random),
    name,
    email: toEmail(name),
    age: integer(random, 18, 90),
    score: random() * 100,
    active: random() < 0.5,
  };
}

function createNested(random: Random): Nested {
  const name = pick(random, NAMES);
  const order = {
    id: createId(random),
    // Beyond 2^53: libraries that give small ones back as numbers give this one back as a bigint.
    revision: 2n ** 60n + BigInt(integer(random, 0, 2 ** 30)),
    customer: {
      name,
      email: toEmail(name),
      address: {
        street: `${integer(random, 1, 200)} ${pick(random, STREETS)}`,
        city: pick(random, CITIES),
        postalCode: String(integer(random, 10_000, 99_999)),
        country: 'Ireland',
      },
      phones: times(2, () => `+353 1 555 ${integer(random, 1_000, 9_999)}`),
    },
    lines: times(4, () => createLine(random)),
    tags: ['gift', 'express', 'returning-customer'],
  };
  return random() < 0.5 ? order : { ...order, note: 'Leave it with the neighbours, please.' };
}

function createLine(random: Random): OrderLine {
  return {
    sku: `SKU-${integer(random, 100_000, 999_999)}`,
    title: pick(random, TITLES),
    quantity: integer(random, 1, 20),
    price: integer(random, 100, 20_000) / 100,
    discount: random() < 0.5 ? null : 0.15,
  };
}

function createItem(random: Random, index: number): Item {
  return { id: index, name: `customer-${index}`, value: random() * 1_000, active: random() < 0.5 };
}

function createBytes(random: Random, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = random() * 256;
  return bytes;
}

function createId(random: Random): string {
  const hex = (length: number): string => times(length, () => integer(random, 0, 15).toString(16)).join('');
  return [8, 4, 4, 4, 12].map(hex).join('-');
}

function toEmail(name: string): string {
  return `${name.toLowerCase().replace(' ', '.')}@example.com`;
}

function times<T>(count: number, create: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => create(index));
}

function integer(random: Random, lowest: number, highest: number): number {
  return lowest + Math.floor(random() * (highest - lowest + 1));
}

function pick(random: Random, from: readonly string[]): string {
  return from[integer(random, 0, from.length - 1)] as string;
}

/** Numbers from 0 up to 1, with all of their 53 bits in use. */
type Random = () => number;

/** A xorshift generator of 32 bits: the same numbers in every run. */
function createRandom(seed: number): Random {
  let state = seed;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  return () => ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) / 2 ** 53;
}

const NAMES: readonly string[] = ['Ada Lovelace', 'Grace Hopper', 'Alan Turing', 'Edsger Dijkstra', 'Barbara Liskov', 'Leslie Lamport'];
const STREETS: readonly string[] = ['Merrion Square North', 'Harbour Road', 'Long Acre', 'Mill Lane'];
const CITIES: readonly string[] = ['Dublin', 'Cork', 'Galway', 'Limerick'];
const TITLES: readonly string[] = ['Mechanical keyboard', 'Desk lamp with dimmer', 'Notebook, 120 pages', 'Fountain pen'];
