// A test run as it is stored: the content of test_run.json.
import type { JsonObject } from '../json.ts';
import type { RunHistory } from '../metrics/history.ts';
import type { NodeResults } from '../metrics/node-figures.ts';
import type { Results } from '../metrics/results.ts';

/** The version of the cluster under test; `null` = unknown. */
export interface ClusterInfo {
  readonly revision: string | null;
  readonly distributionVersion: string | null;
  readonly distributionFlavor: string | null;
}

/** One test run: what it was started with and, once it has ended, its results. */
export interface TestRun {
  readonly benchmarkVersion: string;
  readonly benchmarkRevision: string | null;
  readonly environment: string;
  readonly id: string;
  /** Wall time of the start in epoch ms. */
  readonly timestamp: number;
  readonly pipeline: string;
  readonly userTags: Readonly<Record<string, string>>;
  readonly workload: string;
  readonly workloadRevision: string | null;
  readonly workloadParams: JsonObject;
  readonly testProcedure: string;
  readonly clusterConfig: readonly string[];
  readonly cluster: ClusterInfo;
  /** `null` while the run is under way. */
  readonly results: Results | null;
  /** The machines that drove load. Absent while the run is under way, and in files of other programs. */
  readonly fleet?: readonly NodeResults[] | undefined;
  /**
   * The course of the run over time, which is stored beside `test_run.json`. Absent while the run is under way, and if
   * it was not read with the run.
   */
  readonly history?: RunHistory | undefined;
  /** Texts that are kept beside `test_run.json`, by the names of their files. */
  readonly files?: ReadonlyMap<string, string> | undefined;
}
