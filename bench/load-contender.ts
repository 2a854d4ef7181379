import { readdir } from 'node:fs/promises';
import type { Contender } from './contender.ts';

/** The ids of all contenders: the names of their files, sorted. */
export async function contenderIds(): Promise<string[]> {
  const files = await readdir(FOLDER);
  return files
    .filter((file) => file.endsWith('.js'))
    .map((file) => file.slice(0, -'.js'.length))
    .sort();
}

/** Loads one contender, and with it the library that it measures. @throws Error when its file does not export one. */
export async function loadContender(id: string): Promise<Contender> {
  const loaded = (await import(new URL(`${id}.js`, FOLDER).href)) as { readonly contender?: Contender };
  if (loaded.contender === undefined) throw new Error(`bench/contenders/${id}.ts exports no "contender"`);
  return loaded.contender;
}

const FOLDER = new URL('contenders/', import.meta.url);
