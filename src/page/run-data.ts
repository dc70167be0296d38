// Makes the charts of a whole test run from its course.
import type { NodeHistory, RunHistory, TaskHistory, TelemetrySeries } from '../metrics/history.ts';
import type { Results } from '../metrics/results.ts';
import { keyFigures } from '../store/telemetry-document.ts';
import type { PageData, PageNode, PagePair, PageSeries, PageTask } from './page-data.ts';
import { rounded, TaskDataMaker, thinned } from './task-data.ts';

/** Charts of the cluster at most; a device may read hundreds of figures, and nobody looks at all of them. */
const CLUSTER_CHARTS = 24;
/** Lines of one chart at most. */
const LINES = 8;

/** The charts of a run. Throws `INTERNAL` if a histogram of its course cannot be read. */
export function pageData(history: RunHistory, results: Results): PageData {
  const maker = new TaskDataMaker();
  return {
    startedAt: history.startedAt,
    tasks: history.tasks
      .filter(({ task, cells }) => cells.length > 0 && results.tasks.some((one) => one.task === task && one.isReported))
      .map((task) => maker.make(task, results.tasks.find((one) => one.task === task.task) ?? null)),
    nodes: history.nodes.map(nodeData),
    cluster: clusterData(history.telemetry),
    pairs: [],
  };
}

/** The charts of each task that both runs have, one above the other. */
export function pairData(baseline: RunHistory, contender: RunHistory): readonly PagePair[] {
  const maker = new TaskDataMaker();
  return baseline.tasks.flatMap((before): readonly PagePair[] => {
    const after = contender.tasks.find(({ task }) => task === before.task);
    if (after === undefined || before.cells.length === 0 || after.cells.length === 0) return [];
    const [left, right] = [maker.make(before, null), maker.make(after, null)];
    return [{ unit: right.unit, baseline: sinceStart(left, before), contender: sinceStart(right, after) }];
  });
}

/** A task whose times begin with it, so that two of them can be laid above each other. */
function sinceStart(task: PageTask, { cells }: TaskHistory): PageTask {
  const start = (cells[0]?.start ?? 0) / 1000;
  return { ...task, times: task.times.map((time) => rounded(time - start)) };
}

function nodeData({ node, length, cells }: NodeHistory): PageNode {
  const times = cells.map(({ start }) => (start + length / 2) / 1000);
  const perSecond = 1000 / length;
  const column = (of: (cell: NodeHistory['cells'][number]) => number | null) => {
    const values = cells.map((cell) => {
      const value = of(cell);
      return value === null ? null : rounded(value);
    });
    return thinned(times, values).values;
  };
  return {
    name: node,
    times: thinned(times, times).times.map(rounded),
    requests: column(({ requests }) => requests * perSecond),
    cores: column(({ cpuMillis }) => cpuMillis / length),
    utilisation: column(({ utilisation }) => (utilisation === null ? null : 100 * utilisation)),
    lag: column(({ sendLagP99 }) => sendLagP99),
  };
}

/** One chart for each figure, with a line for each node, index or shard. */
function clusterData(telemetry: readonly TelemetrySeries[]): readonly PageSeries[] {
  const charts = new Map<string, TelemetrySeries[]>();
  const weight = ({ metric }: TelemetrySeries): number => {
    const position = keyFigures.findIndex((name) => name.test(metric));
    return position < 0 ? keyFigures.length : position;
  };
  for (const series of [...telemetry].sort((left, right) => weight(left) - weight(right))) {
    if (series.values.length < 2) continue;
    const title = `${series.device}: ${series.metric}`;
    const known = charts.get(title);
    if (known === undefined) charts.set(title, [series]);
    else known.push(series);
  }
  return [...charts].slice(0, CLUSTER_CHARTS).map(([title, lines]) => ({
    title,
    unit: unitOf(lines[0]),
    lines: lines.slice(0, LINES).map((series) => {
      const { cluster, subject, times } = series;
      const values = series.isCounter ? increases(series) : series.values;
      const thin = thinned(
        times.map((time) => time / 1000),
        values.map(rounded),
      );
      return { name: subject === '' ? cluster : subject, times: thin.times.map(rounded), values: thin.values };
    }),
  }));
}

/** What matters of a counter is how quickly it grows. */
const unitOf = (series: TelemetrySeries | undefined): string =>
  series?.isCounter === true ? `${series.unit === '' ? '' : `${series.unit} `}per s` : (series?.unit ?? '');

/** The increase per second up to each moment; a counter that was set back has begun anew. */
function increases({ times, values }: TelemetrySeries): readonly number[] {
  return values.map((value, index) => {
    const [before, from, to] = [values[index - 1], times[index - 1], times[index]];
    if (before === undefined || from === undefined || to === undefined || to <= from) return 0;
    return (1000 * Math.max(0, value - before)) / (to - from);
  });
}
