/** The folder of a path; paths use forward slashes everywhere in this folder. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  if (slash === 0) return '/';
  return slash === -1 ? '.' : path.slice(0, slash);
}

/** The last part of a path. */
export function fileNameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Joins a folder and a relative path and resolves `.` and `..`. */
export function joinPath(folder: string, relative: string): string {
  const joined = relative.startsWith('/') ? relative : `${folder}/${relative}`;
  const parts: string[] = [];
  for (const part of joined.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  const path = parts.join('/');
  if (joined.startsWith('/')) return `/${path}`;
  return path === '' ? '.' : path;
}

/** How a file in `folder` names `path`: always begins with `./` or `../`, as an import specifier does. */
export function relativePath(folder: string, path: string): string {
  const from = folder.split('/').filter(isName);
  const to = path.split('/').filter(isName);
  let shared = 0;
  while (shared < from.length && shared < to.length - 1 && from[shared] === to[shared]) shared++;
  const up = from.slice(shared).map(() => '..');
  const down = to.slice(shared);
  return up.length === 0 ? `./${down.join('/')}` : [...up, ...down].join('/');
}

function isName(part: string): boolean {
  return part !== '' && part !== '.';
}
