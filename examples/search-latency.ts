// How fast does a search answer? The engine as a library, without a file and without a command line.
import {
  BenchmarkError,
  loadWorkload,
  parseTargets,
  type RunEvent,
  runTest,
  summaryFormats,
  summaryRows,
} from 'opensearch-benchmark';

/** Runs a workload against a host; returns the summary as markdown, and tells `say` what happens meanwhile. */
export async function measure(host: string, workloadPath: string, say: (text: string) => void): Promise<string> {
  const onEvent = (event: RunEvent): void => {
    if (event.kind === 'progress') say(`${event.tasks.join(', ')}: ${event.requests} requests, ${event.errors} failed`);
    if (event.kind === 'warning') say(`Warning: ${event.message}`);
  };
  const { targets } = await parseTargets({ targetHosts: host });
  const workload = await loadWorkload({ path: workloadPath, params: { searches: 20 } });
  const outcome = await runTest(
    { load: { targets, workload, cores: 1 }, naming: { userTags: { purpose: 'example' } } },
    { listener: onEvent, signal: AbortSignal.timeout(60_000) },
  );
  if (outcome.error !== null) throw outcome.error;
  const rows = summaryRows(outcome.results, {
    show: 'available',
    latencyPercentiles: [50, 99],
    throughputPercentiles: [],
    showsProcessingTime: false,
  });
  return summaryFormats.markdown.render(rows, 'right');
}

/** What went wrong, and what to do about it. */
export const explain = (error: unknown): string =>
  error instanceof BenchmarkError ? `${error.code}: ${error.message} ${error.hint ?? ''}` : String(error);
