// Prints the trace of one chaos run: node --import tsx test/sim/trace-process.ts <seed>
import { runChaos } from './chaos.ts';

process.stdout.write(runChaos(Number(process.argv[2]), { isTraced: true }).simulation.trace.join('\n'));
