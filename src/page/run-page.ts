// The report of one test run, as a page.
import type { RunHistory } from '../metrics/history.ts';
import type { Results, TaskResults } from '../metrics/results.ts';
import { formatCount } from '../report/number-format.ts';
import { warnings } from '../report/warnings.ts';
import type { TestRun } from '../store/test-run.ts';
import { configurationSection } from './configuration.ts';
import { pageDocument } from './document.ts';
import { durationText, momentText, shareText } from './format.ts';
import { html, type Insert, type Markup } from './markup.ts';
import type { PageData } from './page-data.ts';
import { pageData } from './run-data.ts';
import { clusterSection, nodesSection, taskSections } from './run-sections.ts';
import { summaryTable } from './summary-table.ts';
import { pageTable } from './table.ts';

/** A test run that is over, with its course. */
export interface ReportedRun {
  readonly run: TestRun;
  readonly results: Results;
  /** `null` if the course is not stored: the page then has tables only. */
  readonly history: RunHistory | null;
}

const MEANING =
  'Service time runs from the start of a request to the last byte of its answer, latency from the moment at which ' +
  'the schedule wanted the request.';

/** The page of a test run as text, complete in itself. Throws `INTERNAL` if its histograms cannot be read. */
export function runPage({ run, results, history }: ReportedRun): string {
  const data: PageData =
    history === null
      ? { startedAt: run.timestamp, tasks: [], nodes: [], cluster: [], pairs: [] }
      : pageData(history, results);
  const tasks = results.tasks.filter((task) => task.isReported);
  return pageDocument({
    title: `${run.workload}: ${run.testProcedure} – ${run.id}`,
    header: header(run, results, history),
    main: html`${notes(results)}
${navigation(data, tasks)}
<section aria-labelledby="summary"><h2 id="summary">Summary</h2>${summaryTable(tasks)}</section>
${taskSections(data.tasks, tasks)}
${errorsSection(tasks)}
${nodesSection(data.nodes, run.fleet ?? [])}
${clusterSection(data.cluster)}
${configurationSection(run, results)}`,
    footer: html`<p>Made by opensearch-benchmark ${run.benchmarkVersion}. ${MEANING}</p>`,
    data: JSON.stringify(data),
  });
}

function header(run: TestRun, { tasks, isPartial }: Results, history: RunHistory | null): Markup {
  const requests = tasks.reduce((sum, task) => sum + task.requests, 0);
  const errors = tasks.reduce((sum, task) => sum + task.failedRequests, 0);
  const length = history === null ? null : courseLength(history);
  const version = run.cluster.distributionVersion;
  const fact = (name: string, value: Insert, mark = ''): Markup =>
    html`<div><dt>${name}</dt><dd class="${mark}">${value}</dd></div>`;
  const share = requests === 0 ? '' : shareText(errors / requests);
  return html`<div><h1>${run.workload} <span class="soft">${run.testProcedure}</span></h1>
<p class="soft">${run.id} · ${momentText(run.timestamp)}</p></div>
<div><button type="button" id="whole">Whole time</button>
<button type="button" id="theme">Light / dark</button></div>
<dl class="facts">
${isPartial ? fact('Outcome', 'incomplete', 'badvalue') : fact('Outcome', 'complete', 'goodvalue')}
${fact('Requests', formatCount(requests))}
${fact('Failed', html`${formatCount(errors)} <small>${share}</small>`, errors > 0 ? 'badvalue' : '')}
${length === null ? null : fact('Load for', durationText(length))}
${fact('Load from', nodesText(run))}
${fact('Cluster', version === null ? 'unknown' : `OpenSearch ${version}`)}
</dl>`;
}

function nodesText({ fleet = [] }: TestRun): string {
  const threads = fleet.reduce((sum, { cores }) => sum + cores, 0);
  return `${fleet.length === 1 ? '1 machine' : `${fleet.length} machines`}, ${threads} threads`;
}

function courseLength({ tasks }: RunHistory): number {
  const ends = tasks.map(({ cells, length }) => (cells.at(-1)?.start ?? 0) + length);
  const starts = tasks.map(({ cells }) => cells[0]?.start ?? 0);
  return ends.length === 0 ? 0 : Math.max(...ends) - Math.min(...starts);
}

/** What a reader must know before any figure: nothing is shown if there is nothing. */
function notes(results: Results): Markup | null {
  const found = warnings(results);
  if (found.length === 0) return null;
  const isBad = results.isPartial || results.driverWarnings.length > 0;
  return html`<section class="notes${isBad ? ' bad' : ''}" aria-label="Warnings"><ul>${found.map(
    (text) => html`<li>${text}</li>`,
  )}</ul></section>`;
}

function navigation(data: PageData, tasks: readonly TaskResults[]): Markup {
  const links = [
    ['summary', 'Summary'],
    ...data.tasks.map(({ name }, index) => [`task-${index}`, name]),
    ...(tasks.some(({ errors }) => errors.length > 0) ? [['errors', 'Errors']] : []),
    ...(data.nodes.length > 0 ? [['nodes', 'Load generators']] : []),
    ...(data.cluster.length > 0 ? [['cluster', 'Cluster']] : []),
    ['configuration', 'Configuration'],
  ];
  const items = links.map(([id = '', text = '']) => html`<li><a href="#${id}">${text}</a></li>`);
  return html`<nav aria-label="Sections"><ul>${items}</ul></nav>`;
}

function errorsSection(tasks: readonly TaskResults[]): Markup | null {
  const rows = tasks.flatMap((task) => task.errors.map((error) => ({ task: task.task, ...error })));
  if (rows.length === 0) return null;
  const table = pageTable({
    label: 'Kinds of errors',
    isSortable: true,
    head: ['Task', 'Kind', 'Count', 'First example'],
    rows: rows.map(({ task, kind, count, example }) => ({
      name: task,
      cells: [
        { text: kind, isText: true },
        { text: formatCount(count), value: count },
        { text: example, isText: true },
      ],
    })),
  });
  return html`<section aria-labelledby="errors"><h2 id="errors">Errors</h2>${table}</section>`;
}
