// The comparison of two runs, or of two groups of runs, as a page.
import type { Comparison, ComparisonRow } from '../analysis/compare.ts';
import { signed } from '../analysis/comparison-table.ts';
import type { RunData } from '../analysis/run-data.ts';
import { chartFigure } from './chart-figure.ts';
import { pageDocument } from './document.ts';
import { momentText, valueText } from './format.ts';
import { html, type Markup } from './markup.ts';
import type { PageData, PagePair, PageTask } from './page-data.ts';
import { pairData } from './run-data.ts';
import { type PageCell, pageTable } from './table.ts';

/** The page as text, complete in itself. The charts are those of the first run of each side. */
export function comparisonPage(comparison: Comparison): string {
  const [before, after] = [comparison.baseline[0], comparison.contender[0]];
  const histories = [before?.history ?? null, after?.history ?? null] as const;
  const pairs = histories[0] === null || histories[1] === null ? [] : pairData(histories[0], histories[1]);
  const data: PageData = { startedAt: 0, tasks: [], nodes: [], cluster: [], pairs };
  const names = `${idsOf(comparison.baseline)} and ${idsOf(comparison.contender)}`;
  return pageDocument({
    title: `Comparison of ${names}`,
    header: html`<div><h1>Comparison <span class="soft">${before?.run.workload ?? ''}</span></h1></div>
<div><button type="button" id="whole">Whole time</button>
<button type="button" id="theme">Light / dark</button></div>
<dl class="facts">${side('Baseline', comparison.baseline)}${side('Contender', comparison.contender)}</dl>`,
    main: html`${warningsOf(comparison.warnings)}
<section aria-labelledby="figures"><h2 id="figures">Figures</h2>${figuresTable(comparison.rows)}</section>
${pairs.map(pairSection)}`,
    footer: html`<p>An interval holds the true difference in 95 of 100 comparisons. What is significant is unlikely to
be chance, all rows of the table taken into account.</p>`,
    data: JSON.stringify(data),
  });
}

const idsOf = (runs: readonly RunData[]): string => runs.map(({ run }) => run.id).join(', ');

const side = (name: string, runs: readonly RunData[]): Markup => html`<div><dt>${name}</dt>
<dd>${idsOf(runs)} <small>${runs.map(({ run }) => momentText(run.timestamp)).join(', ')}</small></dd></div>`;

function warningsOf(warnings: readonly string[]): Markup | null {
  if (warnings.length === 0) return null;
  const items = warnings.map((text) => html`<li>${text}</li>`);
  return html`<section class="notes" aria-label="Warnings"><ul>${items}</ul></section>`;
}

function figuresTable(rows: readonly ComparisonRow[]): Markup {
  return pageTable({
    label: 'All figures of both sides',
    isSortable: true,
    head: ['Figure', 'Task', 'Baseline', 'Contender', 'Difference', '95 % interval', 'Significant', 'Unit'],
    rows: rows.map((row) => ({ name: row.metric, cells: cellsOf(row) })),
  });
}

function cellsOf(row: ComparisonRow): readonly PageCell[] {
  const { task, baseline, contender, percent, isMoreBetter, significance, unit } = row;
  const interval = significance?.interval ?? null;
  const isWorse = percent !== null && percent !== 0 && percent > 0 !== isMoreBetter;
  return [
    { text: task, isText: true },
    { text: valueText(baseline), value: baseline },
    { text: valueText(contender), value: contender },
    {
      text: percent === null ? 'n/a' : `${signed(percent, 2)} %`,
      value: percent,
      isBad: isWorse && significance?.isSignificant === true,
    },
    {
      text: interval === null ? '' : `${signed(interval.low, 1)} to ${signed(interval.high, 1)} %`,
      value: interval?.low ?? null,
    },
    { text: significance === null ? '' : significance.isSignificant ? 'yes' : 'no', isText: true },
    { text: unit, isText: true },
  ];
}

function pairSection(pair: PagePair, index: number): Markup {
  const { baseline, contender, unit } = pair;
  const id = `pair-${index}`;
  const over = (
    name: string,
    title: string,
    of: (task: PageTask) => readonly (number | null)[],
    inUnit: string,
  ): Markup =>
    chartFigure({
      id: `${id}-${name}`,
      title,
      unit: inUnit,
      axis: { name: 'Time', values: longer(pair).times, text: (value) => `${valueText(value)} s` },
      columns: [
        { name: 'baseline', values: of(baseline) },
        { name: 'contender', values: of(contender) },
      ],
    });
  const curve = longer(pair).latencyCurve;
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${baseline.name}</h2><div class="grid">
${over('throughput', 'Throughput', (task) => task.throughput, unit)}
${over('p50', 'Median latency', (task) => task.p50, 'ms')}
${over('p99', '99th percentile of latency', (task) => task.p99, 'ms')}
${chartFigure({
  id: `${id}-curve`,
  title: 'Latency by percentile',
  unit: 'ms',
  axis: { name: 'Percentile', values: curve.shares, text: (share) => `p${Number((100 * share).toPrecision(6))}` },
  columns: [
    { name: 'baseline', values: baseline.latencyCurve.millis },
    { name: 'contender', values: contender.latencyCurve.millis },
  ],
})}
</div></section>`;
}

/** The side with more points, by which the rows of a table are named. */
const longer = ({ baseline, contender }: PagePair): PageTask =>
  baseline.times.length >= contender.times.length ? baseline : contender;
