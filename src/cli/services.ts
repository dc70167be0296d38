// The parts of the program to which commands hand their work. Tests put others in their place.
import type { RunConfig } from '../coordinator/config.ts';
import type { RunOutcome, RunSurroundings } from '../coordinator/run.ts';

/** What commands hand their work to. */
export interface Services {
  /** Runs one test from start to end. */
  readonly runTest: (config: RunConfig, surroundings: RunSurroundings) => Promise<RunOutcome>;
}

/** The real services. They are imported when they are used, so that `--help` need not wait for them. */
export const realServices: Services = {
  runTest: async (config, surroundings) => {
    const { runTest } = await import('../coordinator/run.ts');
    return runTest(config, surroundings);
  },
};
