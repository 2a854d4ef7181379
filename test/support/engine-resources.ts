import { readdirSync, readFileSync } from 'node:fs';

/** What the engine holds in this process; nothing but zeros where there is no Linux. */
export interface EngineResources {
  readonly threads: number;
  readonly files: number;
}

export function engineResources(): EngineResources {
  if (process.platform !== 'linux') return { threads: 0, files: 0 };
  const threads = readdirSync('/proc/self/task').filter((id) => isOfInterest(id));
  return { threads: threads.length, files: readdirSync('/proc/self/fd').length };
}

/** The engine's threads end a moment after their sessions: waits until the numbers stand still. */
export async function settledEngineResources(): Promise<EngineResources> {
  let last = engineResources();
  for (let same = 0; same < 10; ) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const now = engineResources();
    same = now.threads === last.threads && now.files === last.files ? same + 1 : 0;
    last = now;
  }
  return last;
}

/** The engine's memory allocator starts a few threads of its own when it likes and keeps them; they do not count. */
function isOfInterest(thread: string): boolean {
  try {
    return !readFileSync(`/proc/self/task/${thread}/comm`, 'utf8').startsWith('jemalloc');
  } catch {
    // It has ended since the folder was read.
    return false;
  }
}
