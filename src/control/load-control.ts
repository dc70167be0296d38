// What decides how hard a test procedure is run: the workload itself, or one of the searches of this folder.
import type { RateSettings } from './rate-settings.ts';
import type { RedlineSettings } from './redline-settings.ts';

/** Who says how many clients there are and how fast they send. */
export type LoadControl =
  /** The workload. */
  | { readonly kind: 'workload' }
  /** `--load-test-qps`: each task that is load gets so many clients, each of which sends one request per second. */
  | { readonly kind: 'load-test'; readonly clients: number }
  /** `--redline-test`: clients are added until errors appear. */
  | ({ readonly kind: 'redline' } & RedlineSettings)
  /** `--find-max-throughput`: the highest rate of a task at which conditions hold is searched. */
  | ({ readonly kind: 'rate' } & RateSettings);
