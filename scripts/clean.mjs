// Removes what the build has written, so that nothing stays of files that no longer exist.
import { rmSync } from 'node:fs';

rmSync('dist', { recursive: true, force: true });
