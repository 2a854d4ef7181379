import type { int64, Service, uint32 } from '../../src/index.ts';

/** A short message of common fields. */
export interface Small {
  id: string;
  name: string;
  email: string;
  age: uint32;
  score: number;
  active: boolean;
}

/** An order: objects in objects, short lists, a 64-bit integer, a field that may be null and one that may be absent. */
export interface Nested {
  id: string;
  revision: int64;
  customer: Customer;
  lines: OrderLine[];
  tags: string[];
  note?: string;
}

export interface Customer {
  name: string;
  email: string;
  address: Address;
  phones: string[];
}

export interface Address {
  street: string;
  city: string;
  postalCode: string;
  country: string;
}

export interface OrderLine {
  sku: string;
  title: string;
  quantity: uint32;
  price: number;
  discount: number | null;
}

/** A thousand numbers. */
export interface Nums {
  values: number[];
}

/** A thousand small objects. */
export interface Objs {
  items: Item[];
}

export interface Item {
  id: uint32;
  name: string;
  value: number;
  active: boolean;
}

/** One MiB of bytes. */
export interface Blob {
  data: Uint8Array;
}

/** What the codecs are measured with. */
export interface SampleService extends Service {
  small(): Promise<Small>;
  nested(): Promise<Nested>;
  nums(): Promise<Nums>;
  objs(): Promise<Objs>;
  blob(): Promise<Blob>;
}
