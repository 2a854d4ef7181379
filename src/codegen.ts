/**
 * The code generator for build scripts: `generate` does what the command `rpcnet-gen` does.
 *
 * @packageDocumentation
 */
export { type GenerateOptions, type GenerateResult, generate } from './cli/generate.ts';
export type { ImportExtension } from './cli/import-extension.ts';
export { type Diagnostic, formatDiagnostic } from './codegen/source/diagnostic.ts';
