import type { SwimEffect } from '../../swim/effects.ts';

/** What happened in a simulation, a line for each effect: two runs from one seed can be compared byte for byte. */
export class SimulationTrace {
  readonly lines: string[] = [];

  add(atMs: number, nodeId: string, effect: SwimEffect): void {
    this.note(atMs, nodeId, `${effect.kind} ${details(effect)}`);
  }

  /** A line of another kind. */
  note(atMs: number, nodeId: string, what: string): void {
    this.lines.push(`${atMs.toFixed(3)} ${nodeId} ${what}`);
  }
}

function details(effect: SwimEffect): string {
  if (effect.kind === 'sendDatagram') return `${effect.to} ${Buffer.from(effect.bytes).toString('base64')}`;
  const { kind: _, ...rest } = effect;
  return JSON.stringify(rest);
}
