// The entry of a daemon in the background; the name is what a list of processes shows.
import { runProcess } from '../process.ts';
import { daemonProgram } from '../program.ts';

await runProcess(daemonProgram);
