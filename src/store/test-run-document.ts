// Writes a test run as the content of test_run.json.
import type { Json, JsonObject } from '../json.ts';
import { fleetDocument } from './fleet-document.ts';
import { rateDocument } from './rate-document.ts';
import { redlineDocument } from './redline-document.ts';
import { resultsDocument } from './results-document.ts';
import { telemetryDocument } from './telemetry-document.ts';
import type { TestRun } from './test-run.ts';
import { formatTimestamp } from './timestamp.ts';

/** The document of a test run. It has no `results` while the run is under way. */
export function testRunDocument(run: TestRun): JsonObject {
  return new Map<string, Json>([
    ['benchmark-version', run.benchmarkVersion],
    ['benchmark-revision', run.benchmarkRevision],
    ['environment', run.environment],
    ['test-run-id', run.id],
    ['test-run-timestamp', formatTimestamp(run.timestamp)],
    ['pipeline', run.pipeline],
    ['user-tags', new Map(Object.entries(run.userTags))],
    ['workload', run.workload],
    ['cluster-config-instance', run.clusterConfig],
    [
      'cluster',
      new Map<string, Json>([
        ['revision', run.cluster.revision],
        ['distribution-version', run.cluster.distributionVersion],
        ['distribution-flavor', run.cluster.distributionFlavor],
        ['cluster-config-revision', null],
      ]),
    ],
    ...(run.results === null ? [] : [['results', resultsDocument(run.results)] as const]),
    ...(run.workloadRevision === null ? [] : [['workload-revision', run.workloadRevision] as const]),
    ['test_procedure', run.testProcedure],
    ...(run.workloadParams.size === 0 ? [] : [['workload-params', run.workloadParams] as const]),
    ...(run.results?.redline === undefined ? [] : [['redline', redlineDocument(run.results.redline)] as const]),
    ...(run.results?.maxThroughput === undefined
      ? []
      : [['max-throughput', rateDocument(run.results.maxThroughput)] as const]),
    ...((run.history?.telemetry.length ?? 0) === 0
      ? []
      : [['telemetry', telemetryDocument(run.history?.telemetry ?? [])] as const]),
    ...(run.fleet === undefined ? [] : [['fleet', fleetDocument(run.fleet)] as const]),
  ]);
}
