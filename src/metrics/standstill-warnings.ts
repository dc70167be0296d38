// Says from when to when load threads did not run, and what became of their requests.
import type { Standstill } from './report.ts';

/**
 * A time in which one or several workers stood still. Standstills of several workers that overlap are one, because it
 * was the process or the machine that stood still.
 */
interface Pause {
  from: number;
  to: number;
  readonly workers: Set<string>;
}

/** One warning for each time in which workers stood still; `worker` is a worker's name for people. */
export function standstillWarnings(
  standstills: readonly (readonly [worker: string, standstills: readonly Standstill[]])[],
): readonly string[] {
  const all = standstills.flatMap(([worker, own]) => own.map((standstill) => ({ ...standstill, worker })));
  const pauses: Pause[] = [];
  for (const { from, to, worker } of all.toSorted((left, right) => left.from - right.from)) {
    const last = pauses.at(-1);
    if (last === undefined || from > last.to) pauses.push({ from, to, workers: new Set([worker]) });
    else {
      last.to = Math.max(last.to, to);
      last.workers.add(worker);
    }
  }
  return pauses.map(describe);
}

function describe({ from, to, workers }: Pause): string {
  const times = `from ${new Date(from).toISOString()} to ${new Date(to).toISOString()}`;
  return (
    `The load driver stood still: ${[...workers].join(', ')} ${times} (${((to - from) / 1000).toFixed(1)} s). ` +
    'Its process or machine was suspended, other programs had the CPU, or one piece of its own work took so long. ' +
    'Nothing was sent: the schedules went on where they had stopped, and requests under way are counted as requests, ' +
    'but not among the samples.'
  );
}
