/**
 * The code generator for build scripts: `generate` does what the command `rpcnet-gen` does.
 *
 * @packageDocumentation
 */
export { type CheckBreakingOptions, type CheckBreakingResult, checkBreaking } from './cli/check-breaking.ts';
export { type GeneratorConfig, type LoadConfigOptions, type LoadedConfig, loadConfig } from './cli/config-file.ts';
export { type GenerateOptions, type GenerateResult, generate } from './cli/generate.ts';
export type { ImportExtension } from './cli/import-extension.ts';
export { type WatchOptions, watchDefinitions } from './cli/watch.ts';
export type { ServiceChange } from './codegen/evolution/compare-services.ts';
export { type Diagnostic, type DiagnosticStyle, formatDiagnostic } from './codegen/source/diagnostic.ts';
