// What a reader of the summary must know besides the figures: warnings, and the failed requests.
import { formatFloat } from '../json.ts';
import { failingHostWarnings, outageWarnings } from '../metrics/outage-text.ts';
import type { DocumentResults, Results, TaskResults } from '../metrics/results.ts';
import { formatCount } from './number-format.ts';
import { plainTable } from './plain-table.ts';

/** Characters of an error's description that fit into the table. */
const EXAMPLE_WIDTH = 100;
/**
 * The share of requests that were not sent up to which there is no warning: it changes the figures by less than their
 * precision.
 */
const UNSENT_SHARE = 0.001;
/** Kinds of reasons that are told for documents that were not indexed. */
const DOCUMENT_REASONS = 3;

/** Warnings in the order in which they are printed after the table, without the `[WARNING]` in front. */
export function warnings(results: Results): readonly string[] {
  const reported = results.tasks.filter((task) => task.isReported);
  const partial = results.isPartial
    ? ['The results are incomplete: the test run ended early, or lost a node. They contain what was measured.']
    : [];
  const ofHosts = [...outageWarnings(results.endpoints), ...failingHostWarnings(results.endpoints)];
  return [...partial, ...reported.flatMap(taskWarnings), ...ofHosts, ...results.driverWarnings];
}

function taskWarnings(task: TaskResults): readonly string[] {
  const percentage = task.errorRate * 100;
  const found: string[] = [];
  if (task.errorRate > 0) {
    const rate = formatFloat(Number(percentage.toFixed(2)));
    found.push(`Error rate is ${rate} for operation '${task.task}'. Please check the logs.`);
  }
  if (task.documents !== null && task.documents.failed > 0) found.push(documentWarning(task.task, task.documents));
  const due = task.requests + task.unsent;
  if (task.unsent > UNSENT_SHARE * due) {
    found.push(
      `${formatCount(task.unsent)} of ${formatCount(due)} requests of [${task.task}] that were due before its end ` +
        'were not sent: its clients still waited for earlier answers.',
    );
  }
  if (task.throughput.median === null) {
    const cause =
      task.errorRate > 0 ? `Error rate is ${percentage.toFixed(1)}%. Please check the logs.` : noThroughputCause(task);
    found.push(`No throughput metrics available for [${task.task}]. Likely cause: ${cause}`);
  }
  return found;
}

function documentWarning(task: string, { total, failed, reasons }: DocumentResults): string {
  const shown = reasons.slice(0, DOCUMENT_REASONS).map(({ kind, count, example }) => {
    const detail = example === '' || example === kind ? '' : ` (${shortened(example)})`;
    return `${formatCount(count)} x ${kind}${detail}`;
  });
  const rest = reasons.length > shown.length ? '; …' : '.';
  const share = `${formatCount(failed)} of ${formatCount(total)}`;
  return `${share} documents of [${task}] were not indexed: ${shown.join('; ')}${rest}`;
}

function noThroughputCause(task: TaskResults): string {
  if (task.requests === 0) return task.refusedRequests > 0 ? 'No connection could be opened.' : 'It sent no request.';
  return task.samples === 0 ? 'The benchmark ended already during warmup.' : 'Its requests did no work that counts.';
}

/** A table of failed requests by task and kind with one example each; `null` if none failed. */
export function errorTable(results: Results): string | null {
  const rows = results.tasks.flatMap((task) =>
    task.errors.map(({ kind, count, example }) => [task.task, kind, count, shortened(example)]),
  );
  return rows.length === 0 ? null : plainTable(['Task', 'Error', 'Count', 'Example'], rows);
}

function shortened(text: string): string {
  const characters = [...text];
  return characters.length <= EXAMPLE_WIDTH ? text : `${characters.slice(0, EXAMPLE_WIDTH - 3).join('')}...`;
}
