import { type GenerateFilesOptions, type GenerateFilesResult, generateFiles } from '../../src/codegen/generate-files.ts';

/** Generates from files that exist only here; every `*.rpc.ts` is an input. Paths begin with `/definitions/`, output with `/out/`. */
export function generateFromText(
  files: Readonly<Record<string, string>>,
  options: Partial<GenerateFilesOptions> = {},
): GenerateFilesResult {
  return generateFiles({
    inputs: Object.keys(files)
      .filter((name) => name.endsWith('.rpc.ts'))
      .map((name) => `/definitions/${name}`),
    output: '/out',
    parts: new Set(['types', 'codec', 'errors', 'server', 'client']),
    importExtension: '.ts',
    runtimeModule: 'rpcnet/generated',
    libraryModule: 'rpcnet',
    readFile: (path) => files[path.replace('/definitions/', '')],
    ...options,
  });
}
