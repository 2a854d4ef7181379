/** The files of a generated folder, by name without extension. `index` comes with every selection. */
export type GeneratedPart = 'types' | 'codec' | 'errors' | 'server' | 'client';
