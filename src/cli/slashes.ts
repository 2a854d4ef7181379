import { sep } from 'node:path';

/** A path of this machine with forward slashes. */
export function toSlashes(path: string): string {
  return sep === '/' ? path : path.split(sep).join('/');
}
