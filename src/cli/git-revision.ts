import { execFileSync } from 'node:child_process';
import { posix, relative } from 'node:path';
import { RpcError } from '../errors/rpc-error.ts';
import { toSlashes } from './slashes.ts';

/** The files of a repository as they were in one revision. */
export interface GitRevision {
  /** The text of a file by its path of today; `undefined` when the revision does not have it. */
  read(path: string): string | undefined;
}

/**
 * Opens a revision (a branch, a tag, a commit) of the repository that a folder is in.
 * @throws RpcError `FAILED_PRECONDITION` outside of a repository or without git, `NOT_FOUND` for an unknown revision
 */
export function openRevision(cwd: string, revision: string): GitRevision {
  const prefix = git(cwd, ['rev-parse', '--show-prefix']);
  if (prefix === undefined)
    throw new RpcError('FAILED_PRECONDITION', `'${cwd}' is not in a git repository: compare with the lock file instead`);
  // An argument that begins with a dash would be an option.
  const commit = revision.startsWith('-') ? undefined : git(cwd, ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`])?.trim();
  if (commit === undefined || commit === '')
    throw new RpcError('NOT_FOUND', `git knows no revision '${revision}' here: name a branch, a tag or a commit`);
  return {
    read(path) {
      const inside = posix.normalize(posix.join(prefix.trim(), toSlashes(relative(cwd, path))));
      return inside.startsWith('../') ? undefined : git(cwd, ['show', `${commit}:${inside}`]);
    },
  };
}

/** What git prints, or `undefined` when it fails. */
function git(cwd: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: MAX_FILE_BYTES });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOBUFS') return undefined;
    const message =
      code === 'ENOENT' ? 'git was not found: install it, or compare with the lock file' : 'a file of the revision is too large';
    throw new RpcError('FAILED_PRECONDITION', message, { cause });
  }
}

const MAX_FILE_BYTES = 16 * 1024 * 1024;
