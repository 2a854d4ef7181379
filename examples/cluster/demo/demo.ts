/**
 * The whole story of the tutorial in one command: `npm run demo`. Prints what every program prints, and at the end what was proved. Exit status 0
 * only if all of it was.
 */
import { styleText } from 'node:util';
import { stopSignal } from '../program.ts';
import { formatProofs, prove } from './proof.ts';
import { runStory } from './story.ts';

const COLORS = {
  director: 'magenta',
  'worker-a': 'cyan',
  'worker-b': 'blue',
  client: 'green',
  stream: 'yellow',
} as const;
const hasColors = process.stdout.isTTY && !process.env.NO_COLOR;

try {
  const observations = await runStory({
    onLine: (program, line) => console.log(`${prefix(program)} ${line}`),
    onStep: (text) => console.log(`\n▶ ${text}`),
    signal: stopSignal(),
  });
  const proofs = prove(observations);
  console.log(`\nWhat was proved:\n${formatProofs(proofs)}`);
  const broken = proofs.filter((proof) => !proof.holds);
  for (const { what, seen, promised } of broken) console.error(`❌ ${what}: ${seen}, promised: ${promised}`);
  if (broken.length > 0) process.exitCode = 1;
} catch (error) {
  console.error(`❌ The demo could not be finished: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

function prefix(program: string): string {
  const text = `${program.padEnd(8)} │`;
  const color = COLORS[program as keyof typeof COLORS];
  return hasColors && color ? styleText(color, text) : text;
}
