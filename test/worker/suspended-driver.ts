// A process that drives load and can be stopped from outside: `suspended-driver.js <target> <lease>`; prints what it
// measured as JSON.
import type { Standstill } from '../../src/metrics/report.ts';
import { seconds } from '../../src/units.ts';
import { drive } from '../support/load.ts';
import { task } from '../support/small-model.ts';

/** What the process prints. */
export interface SuspendedFigures {
  readonly error: string | null;
  readonly requests: number;
  readonly samples: number;
  /** Largest latency and service time in ms. */
  readonly worst: readonly number[];
  readonly standstills: readonly Standstill[];
}

const [host = '', lease = ''] = process.argv.slice(2);
const standstills: Standstill[] = [];
const { tasks, error } = await drive({
  targetHosts: host,
  ...(lease === '' ? {} : { lease: Number(lease) }),
  schedule: [
    task(
      'paced',
      'raw-request',
      { path: '/' },
      { clients: 4, timePeriod: seconds(5), targetThroughput: { value: 200, unit: 'ops' } },
    ),
  ],
  onReport: ({ health }) => standstills.push(...health.standstills),
});
const results = tasks.get('paced');
const figures: SuspendedFigures = {
  error: error instanceof Error ? error.message : null,
  requests: results?.requests ?? 0,
  samples: results?.samples ?? 0,
  worst: [results?.latency, results?.serviceTime].map((times) => times?.percentiles.at(-1)?.[1] ?? 0),
  standstills,
};
process.stdout.write(JSON.stringify(figures));
