// Reads the content of test_run.json: of this program, of OpenSearch Benchmark 2.x, or of 1.x with its older names.
import { isJsonObject, type Json, writeJson } from '../json.ts';
import { objectField, objectsField, textField, textsField } from './fields.ts';
import { parseNode } from './fleet-document.ts';
import { parseResults } from './results-reader.ts';
import type { TestRun } from './test-run.ts';
import { parseTimestamp } from './timestamp.ts';

/**
 * A test run from its JSON; `null` if the id or the time of the run is missing. Other missing values become empty texts
 * or `null`.
 */
export function parseTestRun(document: Json): TestRun | null {
  if (!isJsonObject(document)) return null;
  const id = textField(document, 'test-run-id', 'test-execution-id');
  const timestamp = parseTimestamp(textField(document, 'test-run-timestamp', 'test-execution-timestamp') ?? '');
  if (id === null || timestamp === null) return null;
  const cluster = objectField(document, 'cluster');
  const results = document.get('results');
  const configKey = document.has('cluster-config-instance') ? 'cluster-config-instance' : 'provision-config-instance';
  return {
    benchmarkVersion: textField(document, 'benchmark-version') ?? '',
    benchmarkRevision: textField(document, 'benchmark-revision'),
    environment: textField(document, 'environment') ?? '',
    id,
    timestamp,
    pipeline: textField(document, 'pipeline') ?? '',
    userTags: Object.fromEntries(
      [...objectField(document, 'user-tags')].map(([key, value]) => [
        key,
        typeof value === 'string' ? value : writeJson(value),
      ]),
    ),
    workload: textField(document, 'workload') ?? '',
    workloadRevision: textField(document, 'workload-revision'),
    workloadParams: objectField(document, 'workload-params'),
    testProcedure: textField(document, 'test_procedure', 'test-procedure') ?? '',
    clusterConfig: textsField(document, configKey),
    cluster: {
      revision: textField(cluster, 'revision'),
      distributionVersion: textField(cluster, 'distribution-version'),
      distributionFlavor: textField(cluster, 'distribution-flavor'),
    },
    results: isJsonObject(results) ? parseResults(results) : null,
    ...(document.has('fleet') ? { fleet: objectsField(document, 'fleet').map(parseNode) } : {}),
  };
}
