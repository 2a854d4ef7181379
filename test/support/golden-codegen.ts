import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type GenerateFilesOptions, type GenerateFilesResult, generateFiles } from '../../src/codegen/generate-files.ts';

/** The folder with the golden definitions and what is generated from them. */
export const goldenFolder: string = fileURLToPath(new URL('../golden/codegen', import.meta.url));

/** Generates from golden definitions, with imports that lead into `src`, so that the result type-checks and runs without a build. */
export function generateGolden(definitions: readonly string[], options: Partial<GenerateFilesOptions> = {}): GenerateFilesResult {
  return generateFiles({
    inputs: definitions.map((name) => `${goldenFolder}/definitions/${name}`),
    output: `${goldenFolder}/generated`,
    parts: new Set(['types', 'codec', 'errors', 'server', 'client']),
    importExtension: '.ts',
    runtimeModule: '../../../../../src/generated.ts',
    libraryModule: '../../../../src/index.ts',
    readFile: (path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined),
    ...options,
  });
}
