import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { lockPathOf } from '../../src/codegen/evolution/lock-file.ts';
import { generateFiles } from '../../src/codegen/generate-files.ts';
import type { AnyMethod } from '../../src/wire/method.ts';

/** The generated descriptors of one version of a service, and the lock file it left behind. */
export interface Version {
  readonly methods: Readonly<Record<string, AnyMethod>>;
  readonly lock: string;
  readonly codec: string;
}

/**
 * Generates and loads versions of one definition file, each with the lock file that the one before it left, as programs come to be that were built one
 * after the other. The definition holds the service `TestService`.
 */
export async function versionsOf(...texts: readonly string[]): Promise<readonly Version[]> {
  const versions: Version[] = [];
  for (const text of texts) versions.push(await versionOf(text, versions.at(-1)?.lock));
  return versions;
}

/** Generates and loads one version. */
export async function versionOf(text: string, lock?: string): Promise<Version> {
  const { files, locks, diagnostics } = generateFiles({
    inputs: [DEFINITION],
    output: '/out',
    parts: new Set(['codec']),
    importExtension: '.ts',
    runtimeModule: RUNTIME,
    libraryModule: 'rpcnet',
    readFile: (path) => (path === DEFINITION ? withImport(text) : path === lockPathOf(DEFINITION) ? lock : undefined),
  });
  assert.deepEqual(diagnostics, []);
  const codec = files.find(({ path }) => path.endsWith('/codec.ts'))?.text ?? assert.fail('no codec was generated');
  return { methods: await load(codec), lock: locks[0]?.text ?? assert.fail('no lock was generated'), codec };
}

async function load(codec: string): Promise<Readonly<Record<string, AnyMethod>>> {
  const folder = mkdtempSync(join(tmpdir(), 'rpcnet-version-'));
  try {
    const path = join(folder, 'codec.mts');
    writeFileSync(path, codec);
    const module = (await import(pathToFileURL(path).href)) as { readonly testMethods: Readonly<Record<string, AnyMethod>> };
    return module.testMethods;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function withImport(text: string): string {
  return `import type { Service, Stream, int8, int16, int32, uint8, uint16, uint32 } from 'rpcnet';\n${text}`;
}

const DEFINITION = '/definitions/test.rpc.ts';

const RUNTIME = fileURLToPath(new URL('../../src/generated.ts', import.meta.url));
