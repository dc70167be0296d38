// Pipelines: how a test run gets the cluster that it measures.
import type { Targets } from '../http/target-cluster.ts';

/** A way to a cluster. */
export interface Pipeline {
  /** The value of `--pipeline`, also in `test_run.json`. */
  readonly name: string;
  /** One sentence for `list pipelines`. */
  readonly description: string;
  /**
   * Provides the cluster. `given` is what the user named; `signal` ends the work early. A rejection ends the run before
   * it has begun.
   */
  provide(given: Targets, signal: AbortSignal): Promise<ProvidedCluster>;
}

/** A cluster that may be measured now. */
export interface ProvidedCluster {
  readonly targets: Targets;
  /** What it was made of, for `test_run.json`; `external` for one that was there already. */
  readonly clusterConfig: readonly string[];
  /** Called once when the run is over, however it ended. */
  release(): Promise<void>;
}

/** The cluster that the user named, as it is. */
export const benchmarkOnly: Pipeline = {
  name: 'benchmark-only',
  description: 'Measures a cluster that is there already.',
  provide: async (targets) => ({ targets, clusterConfig: ['external'], release: async () => undefined }),
};

/** All pipelines of this version. A new one is a file that makes it, and a word here. */
export const pipelines: readonly Pipeline[] = [benchmarkOnly];
