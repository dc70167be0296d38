// What commands hand the work to; tests put their own in its place.
import type { RunConfig } from '../coordinator/config.ts';
import type { RunListener } from '../coordinator/events.ts';
import type { RunOutcome } from '../coordinator/run.ts';

export interface Services {
  /** One test run from start to end. */
  readonly runTest: (config: RunConfig, listener: RunListener, signal: AbortSignal) => Promise<RunOutcome>;
}

/** The real ones. They are imported when they are used, so that `--help` need not wait for them. */
export const realServices: Services = {
  runTest: async (config, listener, signal) => {
    const { runTest } = await import('../coordinator/run.ts');
    return runTest(config, listener, signal);
  },
};
