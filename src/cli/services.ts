// What commands hand the work to; tests put their own in its place.
import type { RunConfig } from '../coordinator/config.ts';
import type { RunOutcome, RunSurroundings } from '../coordinator/run.ts';

export interface Services {
  /** One test run from start to end. */
  readonly runTest: (config: RunConfig, surroundings: RunSurroundings) => Promise<RunOutcome>;
}

/** The real ones. They are imported when they are used, so that `--help` need not wait for them. */
export const realServices: Services = {
  runTest: async (config, surroundings) => {
    const { runTest } = await import('../coordinator/run.ts');
    return runTest(config, surroundings);
  },
};
