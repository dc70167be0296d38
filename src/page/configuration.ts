// The configuration of a test run, as a list of names and values.
import { writeJson } from '../json.ts';
import type { Results } from '../metrics/results.ts';
import type { TestRun } from '../store/test-run.ts';
import { html, type Markup } from './markup.ts';

/** Everything that the run was started with, and what is known of the cluster. */
export function configurationSection(run: TestRun, { endpoints }: Results): Markup {
  const { cluster } = run;
  const entries: readonly (readonly [name: string, value: string | null])[] = [
    ['Test run ID', run.id],
    ['Workload', run.workload],
    ['Workload revision', run.workloadRevision],
    ['Test procedure', run.testProcedure],
    ...[...run.workloadParams].map(
      ([name, value]) => [`Parameter ${name}`, typeof value === 'string' ? value : writeJson(value)] as const,
    ),
    ['Pipeline', run.pipeline],
    ['Cluster configuration', run.clusterConfig.join(' + ')],
    ['Distribution', cluster.distributionFlavor],
    ['Version', cluster.distributionVersion],
    ['Build', cluster.revision],
    ['Hosts', endpoints.map(({ endpoint }) => endpoint).join(', ')],
    ['Environment', run.environment],
    ...Object.entries(run.userTags).map(([name, value]) => [`Tag ${name}`, value] as const),
    ['Program', `opensearch-benchmark ${run.benchmarkVersion}`],
  ];
  const items = entries.map(([name, value]) =>
    value === null || value === '' ? null : html`<div><dt>${name}</dt><dd>${value}</dd></div>`,
  );
  return html`<section aria-labelledby="configuration"><h2 id="configuration">Configuration</h2>
<dl class="config">${items}</dl></section>`;
}
