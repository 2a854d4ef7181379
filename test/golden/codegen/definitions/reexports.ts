export type * from './common.ts';
export type { Page as Paged } from './generics.rpc.ts';
