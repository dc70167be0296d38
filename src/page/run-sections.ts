// The sections of a report that hold charts: tasks, load generators, cluster.
import type { NodeResults } from '../metrics/node-figures.ts';
import type { TaskResults } from '../metrics/results.ts';
import { formatCount } from '../report/number-format.ts';
import { chartFigure } from './chart-figure.ts';
import { shareText, valueText } from './format.ts';
import { html, type Markup } from './markup.ts';
import type { PageNode, PageSeries, PageTask } from './page-data.ts';
import { pageTable } from './table.ts';

const secondsAxis = (values: readonly number[]) => ({
  name: 'Time',
  values,
  text: (value: number) => `${valueText(Number(value.toPrecision(4)))} s`,
});

/** A section for each task. */
export function taskSections(tasks: readonly PageTask[], results: readonly TaskResults[]): readonly Markup[] {
  return tasks.map((task, index) => taskSection(task, index, results.find((one) => one.task === task.name) ?? null));
}

function taskSection(task: PageTask, index: number, results: TaskResults | null): Markup {
  const id = `task-${index}`;
  const time = secondsAxis(task.times);
  const facts =
    results === null
      ? ''
      : `${results.operationType}, ${results.clients} clients, ${formatCount(results.samples)} samples`;
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${task.name}</h2>
<p class="soft">${facts}</p><div class="grid">
${chartFigure({
  id: `${id}-throughput`,
  title: 'Throughput',
  unit: task.unit,
  axis: time,
  columns: [{ name: task.unit, values: task.throughput }],
})}
${chartFigure({
  id: `${id}-latency`,
  title: 'Latency over time',
  unit: 'ms',
  axis: time,
  columns: [
    { name: 'p50', values: task.p50 },
    { name: 'p90', values: task.p90 },
    { name: 'p99', values: task.p99 },
    { name: 'max', values: task.max },
  ],
})}
${chartFigure({
  id: `${id}-curve`,
  title: 'Latency by percentile',
  unit: 'ms',
  axis: {
    name: 'Percentile',
    values: task.latencyCurve.shares,
    text: (share) => `p${Number((100 * share).toPrecision(6))}`,
  },
  columns: [
    { name: 'latency', values: task.latencyCurve.millis },
    ...(task.serviceTimeCurve === null ? [] : [{ name: 'service time', values: task.serviceTimeCurve.millis }]),
  ],
})}
${task.heat === null ? null : heatFigure(id)}
${
  task.errors.length === 0
    ? null
    : chartFigure({
        id: `${id}-errors`,
        title: 'Failures by kind',
        unit: 'failures/s',
        axis: time,
        columns: task.errors.map(({ kind, perSecond }) => ({ name: kind, values: perSecond })),
      })
}
</div></section>`;
}

/** The numbers of a heat map are those of the two charts of latency, so it has no table of its own. */
const heatFigure = (id: string): Markup => html`<figure aria-label="Every latency over time">
<h3>Every latency over time <small>in ms; the stronger the colour, the more requests</small></h3>
<div class="chart" id="${id}-heat"></div></figure>`;

/** What the machines did that drove the load. */
export function nodesSection(nodes: readonly PageNode[], results: readonly NodeResults[]): Markup | null {
  const [first] = nodes;
  if (first === undefined) return null;
  const chart = (
    id: string,
    title: string,
    unit: string,
    of: (node: PageNode) => readonly (number | null)[],
  ): Markup | null => {
    if (nodes.every((node) => of(node).every((value) => value === null))) return null;
    const columns = nodes.map((node) => ({ name: node.name, values: of(node) }));
    return chartFigure({ id, title, unit, axis: secondsAxis(first.times), columns });
  };
  return html`<section aria-labelledby="nodes"><h2 id="nodes">Load generators</h2>
${results.length === 0 ? null : machinesTable(results)}
<div class="grid">
${chart('nodes-requests', 'Requests', 'requests/s', ({ requests }) => requests)}
${chart('nodes-cores', 'CPU of the load threads', 'cores', ({ cores }) => cores)}
${chart('nodes-utilisation', 'Busy time of the event loops', '%', ({ utilisation }) => utilisation)}
${chart('nodes-lag', 'Delay of sends, 99th percentile', 'ms', ({ lag }) => lag)}
</div></section>`;
}

function machinesTable(machines: readonly NodeResults[]): Markup {
  const total = machines.reduce((sum, { requests }) => sum + requests, 0);
  return pageTable({
    label: 'Machines',
    isSortable: true,
    head: ['Machine', 'Clients', 'Requests', 'Share', 'CPU s', 'Busy, mean', 'Busy, most', 'Send lag p99 ms', 'Lost'],
    rows: machines.map(({ address, hostName, clients, requests, cpuSeconds, eventLoopUtilisation, ...node }) => ({
      name: address === 'localhost' ? hostName : address,
      cells: [
        { text: clients, value: clients },
        { text: formatCount(requests), value: requests },
        { text: total === 0 ? '–' : shareText(requests / total), value: requests },
        { text: valueText(cpuSeconds), value: cpuSeconds },
        { text: shareText(eventLoopUtilisation.mean), value: eventLoopUtilisation.mean },
        { text: shareText(eventLoopUtilisation.max), value: eventLoopUtilisation.max },
        { text: valueText(node.sendLagP99), value: node.sendLagP99 },
        { text: node.lost ?? '', isText: true, isBad: node.lost !== null },
      ],
    })),
  });
}

/** What the cluster told of itself while the load went on. */
export function clusterSection(cluster: readonly PageSeries[]): Markup | null {
  if (cluster.length === 0) return null;
  return html`<section aria-labelledby="cluster"><h2 id="cluster">Cluster</h2><div class="grid">${cluster.map(
    ({ title, unit, lines }, index) =>
      chartFigure({
        id: `cluster-${index}`,
        title,
        unit,
        axis: secondsAxis(lines[0]?.times ?? []),
        columns: lines.map(({ name, values }) => ({ name, values })),
      }),
  )}</div></section>`;
}
