import { changeText } from '../codegen/evolution/compare-services.ts';
import { printable } from '../codegen/source/code-frame.ts';
import { type Diagnostic, type DiagnosticStyle, formatDiagnostic } from '../codegen/source/diagnostic.ts';
import type { RpcError } from '../errors/rpc-error.ts';
import type { CheckBreakingResult } from './check-breaking.ts';
import type { GenerateResult } from './generate.ts';

/** Where a report goes. */
export interface ReportTarget {
  print(line: string): void;
  printError(line: string): void;
}

/** How a run is told: to a person, to a person who has seen the run before it, or as one line of JSON. */
export interface Report {
  /** Tells of a run and gives its exit code. */
  result(result: GenerateResult, run: RunKind): number;
  /** Tells what changed since an earlier version and gives the exit code. */
  breaking(result: CheckBreakingResult): number;
  /** Tells why a run was not possible. */
  failure(error: RpcError): void;
}

/** `again` is a later run of a watch. */
export type RunKind = 'once' | 'check' | 'again';

/** Reports for people: what is wrong on the error stream, what was done on the other. */
export function textReport(target: ReportTarget, style: DiagnosticStyle): Report {
  return {
    result(result, run) {
      const { diagnostics } = result;
      if (diagnostics.length > 0) tellErrors(diagnostics, target, style);
      else if (run === 'check') tellCheck(result, target);
      else tellWritten(result, target, run);
      return exitCodeOf(result, run);
    },
    breaking(result) {
      if (result.diagnostics.length > 0) tellErrors(result.diagnostics, target, style);
      else tellChanges(result, target);
      return breakingExitCodeOf(result);
    },
    failure: (error) => target.printError(failureText(error)),
  };
}

/** Reports for programs: each run is one line of JSON on the output stream. */
export function jsonReport(target: ReportTarget): Report {
  return {
    result(result, run) {
      const exitCode = exitCodeOf(result, run);
      target.print(JSON.stringify({ ok: exitCode === 0, ...result }));
      return exitCode;
    },
    breaking(result) {
      const exitCode = breakingExitCodeOf(result);
      target.print(JSON.stringify({ ok: exitCode === 0, ...result }));
      return exitCode;
    },
    failure: ({ code, message }) => target.print(JSON.stringify({ ok: false, error: { code, message } })),
  };
}

/** What nobody foresaw is a fault of the generator: then where it happened matters as well. */
function failureText({ code, message, cause }: RpcError): string {
  return code === 'INTERNAL' && cause instanceof Error ? `internal error: ${cause.stack ?? message}` : `error: ${message}`;
}

function exitCodeOf({ diagnostics, stale, missing, orphaned }: GenerateResult, run: RunKind): number {
  if (diagnostics.length > 0) return 1;
  return run === 'check' && stale.length + missing.length + orphaned.length > 0 ? 1 : 0;
}

function breakingExitCodeOf({ diagnostics, isBreaking }: CheckBreakingResult): number {
  return diagnostics.length > 0 || isBreaking ? 1 : 0;
}

function tellErrors(diagnostics: readonly Diagnostic[], target: ReportTarget, style: DiagnosticStyle): void {
  for (const diagnostic of diagnostics) target.printError(formatDiagnostic(diagnostic, diagnostic.file, style));
  target.printError(`${countText(diagnostics)}; nothing was written`);
}

function tellChanges({ changes }: CheckBreakingResult, target: ReportTarget): void {
  const breaking = changes.filter(({ verdict }) => verdict === 'breaking');
  for (const change of changes) {
    const text = printable(changeText(change));
    if (change.verdict === 'breaking') target.printError(text);
    else target.print(text);
  }
  if (breaking.length > 0) target.printError(`${breaking.length} breaking ${breaking.length === 1 ? 'change' : 'changes'}`);
  else target.print(changes.length === 0 ? 'no changes' : 'no breaking changes');
}

function tellCheck({ files, stale, missing, orphaned }: GenerateResult, target: ReportTarget): void {
  for (const file of stale) target.printError(`stale: ${file}`);
  for (const file of missing) target.printError(`missing: ${file}`);
  for (const file of orphaned) target.printError(`orphaned: ${file}`);
  const behind = stale.length + missing.length;
  if (behind > 0) target.printError(`${countOf(behind, 'file')} not current; generate again`);
  if (orphaned.length > 0) target.printError(`${countOf(orphaned.length, 'file')} orphaned; delete, or generate with --prune`);
  if (behind + orphaned.length === 0) target.print(`${countOf(files.length, 'generated file')} current`);
}

function tellWritten({ files, written, removed, orphaned }: GenerateResult, target: ReportTarget, run: RunKind): void {
  const changed = new Set(written);
  for (const file of run === 'again' ? written : files) target.print(changed.has(file) ? file : `${file} (unchanged)`);
  for (const file of removed) target.print(`${file} (removed)`);
  if (removed.length === 0)
    for (const file of orphaned) target.printError(`warning: nothing generates ${file} any more; delete it, or generate with --prune`);
  if (run === 'again' && written.length + removed.length === 0) target.print('no errors; nothing to write');
}

function countText(diagnostics: readonly Diagnostic[]): string {
  const files = new Set(diagnostics.map((diagnostic) => diagnostic.file)).size;
  const errors = countErrors(diagnostics.length);
  return files === 1 ? errors : `${errors} in ${files} files`;
}

function countErrors(count: number): string {
  return `${count} ${count === 1 ? 'error' : 'errors'}`;
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? ' is' : 's are'}`;
}
