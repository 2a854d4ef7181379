/** Types that definitions share; this file may hold code as well. */
export interface Base {
  id: string;
  readonly created: Date;
}

export type Level = 'low' | 'high';

interface Unexported {
  x: number;
}

export type { Unexported as Point };

export const unrelated: number = 1;
