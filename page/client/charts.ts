// The charts of a page, each drawn into the element that the page has for it.
import type uPlot from 'uplot';
import type { PageColumn, PageCurve, PageNode, PagePair, PageSeries, PageTask } from '../../src/page/page-data.ts';
import { axis } from './axis.ts';
import { clockTime, shortNumber } from './format.ts';
import { heatMap } from './heat-map.ts';
import type { Palette } from './theme.ts';
import type { TimeCharts } from './time-charts.ts';

interface Line {
  readonly name: string;
  readonly colour: string;
  readonly values: PageColumn;
  readonly width?: number;
  readonly dash?: readonly number[];
  readonly fill?: boolean;
}

const placeOf = (id: string): HTMLElement | null => document.getElementById(id);

/** Draws the charts of one task; `id` begins the names of their elements. */
export function drawTask(charts: TimeCharts, colours: Palette, task: PageTask, id: string): void {
  const [blue = '', orange = '', green = '', purple = ''] = colours.lines;
  const target = task.target === null ? [] : [constantLine('target', colours.target, task.target, task.times.length)];
  overTime(charts, colours, `${id}-throughput`, task.times, task.unit, [
    { name: 'throughput', colour: blue, values: task.throughput, fill: true },
    ...target,
  ]);
  overTime(
    charts,
    colours,
    `${id}-latency`,
    task.times,
    'ms',
    [
      { name: 'p50', colour: blue, values: task.p50 },
      { name: 'p90', colour: green, values: task.p90 },
      { name: 'p99', colour: orange, values: task.p99 },
      { name: 'max', colour: purple, values: task.max, width: 1, dash: [2, 3] },
    ],
    true,
  );
  overTime(
    charts,
    colours,
    `${id}-errors`,
    task.times,
    'failures/s',
    task.errors.map(({ kind, perSecond }, index) => ({
      name: kind,
      colour: index === 0 ? colours.bad : (colours.lines[index] ?? colours.ink),
      values: perSecond,
    })),
  );
  drawCurves(charts, colours, `${id}-curve`, [
    { name: 'latency', curve: task.latencyCurve },
    ...(task.serviceTimeCurve === null ? [] : [{ name: 'service time', curve: task.serviceTimeCurve }]),
  ]);
  const place = placeOf(`${id}-heat`);
  if (place !== null && task.heat !== null) heatMap(charts, colours, place, task.times, task.heat);
}

/** Draws one task of two runs, one above the other. */
export function drawPair(
  charts: TimeCharts,
  colours: Palette,
  { unit, baseline, contender }: PagePair,
  id: string,
): void {
  const both = (name: string, label: string, of: (task: PageTask) => PageColumn, isLogarithmic = false): void => {
    const sides = [
      { name: 'baseline', times: baseline.times, values: of(baseline) },
      { name: 'contender', times: contender.times, values: of(contender) },
    ];
    const { times, lines } = joinedLines(sides);
    overTime(
      charts,
      colours,
      `${id}-${name}`,
      times,
      label,
      lines.map((line, index) => coloured(line, colours, index)),
      isLogarithmic,
    );
  };
  both('throughput', unit, (task) => task.throughput);
  both('p50', 'ms', (task) => task.p50, true);
  both('p99', 'ms', (task) => task.p99, true);
  drawCurves(charts, colours, `${id}-curve`, [
    { name: 'baseline', curve: baseline.latencyCurve },
    { name: 'contender', curve: contender.latencyCurve },
  ]);
}

/** Draws what the machines did that drove the load. */
export function drawNodes(charts: TimeCharts, colours: Palette, nodes: readonly PageNode[]): void {
  const draw = (id: string, unit: string, of: (node: PageNode) => PageColumn): void => {
    const joined = joinedLines(nodes.map((node) => ({ name: node.name, times: node.times, values: of(node) })));
    overTime(
      charts,
      colours,
      id,
      joined.times,
      unit,
      joined.lines.map((line, index) => coloured(line, colours, index)),
    );
  };
  draw('nodes-requests', 'requests/s', ({ requests }) => requests);
  draw('nodes-cores', 'cores', ({ cores }) => cores);
  draw('nodes-utilisation', '%', ({ utilisation }) => utilisation);
  draw('nodes-lag', 'ms', ({ lag }) => lag);
}

/** Draws one figure of the cluster. */
export function drawSeries(charts: TimeCharts, colours: Palette, series: PageSeries, id: string): void {
  const joined = joinedLines(series.lines);
  overTime(
    charts,
    colours,
    id,
    joined.times,
    series.unit,
    joined.lines.map((line, index) => coloured(line, colours, index)),
  );
}

const coloured = (
  line: { readonly name: string; readonly values: PageColumn },
  colours: Palette,
  index: number,
): Line => ({
  ...line,
  colour: colours.lines[index % colours.lines.length] ?? colours.ink,
});

const constantLine = (name: string, colour: string, value: number, length: number): Line => ({
  name,
  colour,
  values: Array.from({ length }, () => value),
  width: 1,
  dash: [6, 4],
});

/** Lines of different times on the union of their times. */
function joinedLines(
  lines: readonly { readonly name: string; readonly times: readonly number[]; readonly values: PageColumn }[],
): {
  readonly times: readonly number[];
  readonly lines: readonly { readonly name: string; readonly values: PageColumn }[];
} {
  const times = [...new Set(lines.flatMap((line) => line.times))].sort((left, right) => left - right);
  return {
    times,
    lines: lines.map((line) => {
      const known = new Map(line.times.map((time, index) => [time, line.values[index] ?? null]));
      return { name: line.name, values: times.map((time) => known.get(time) ?? null) };
    }),
  };
}

function overTime(
  charts: TimeCharts,
  colours: Palette,
  id: string,
  times: readonly number[],
  unit: string,
  lines: readonly Line[],
  isLogarithmic = false,
): void {
  const place = placeOf(id);
  if (place === null || lines.length === 0) return;
  const hasPositive = lines.every(({ values }) => values.every((value) => value === null || value > 0));
  const options: Omit<uPlot.Options, 'width' | 'height'> = {
    scales: { x: { time: false }, y: yScale(lines, isLogarithmic && hasPositive) },
    axes: [axis(colours, (value) => clockTime(value)), axis(colours, (value) => shortNumber(value))],
    series: [
      { value: (_, value) => (value === null ? '–' : clockTime(value)), label: 'time' },
      ...lines.map((line) => ({ ...seriesOf(line, unit), spanGaps: lines.length > 1 })),
    ],
    legend: { live: true },
  };
  const columns = lines.map(({ values }) => [...values]);
  charts.add(place, options, [[...times], ...columns]);
}

function yScale(lines: readonly Line[], isLogarithmic: boolean): uPlot.Scale {
  if (isLogarithmic) return { distr: 3 };
  const most = Math.max(...lines.flatMap(({ values }) => values.flatMap((value) => value ?? [])));
  return { range: [0, most > 0 ? most * 1.08 : 1] };
}

function seriesOf({ name, colour, width = 1.6, dash, fill = false }: Line, unit: string): uPlot.Series {
  return {
    label: name,
    stroke: colour,
    width,
    ...(dash === undefined ? {} : { dash: [...dash] }),
    ...(fill ? { fill: `${colour}1f` } : {}),
    points: { show: false },
    value: (_, value) => (value === null ? '–' : `${shortNumber(value)} ${unit}`),
  };
}

/** The time of each share of the requests, on an axis on which each step is ten times as rare. */
function drawCurves(
  charts: TimeCharts,
  colours: Palette,
  id: string,
  curves: readonly { readonly name: string; readonly curve: PageCurve }[],
): void {
  const place = placeOf(id);
  const all = curves.flatMap(({ curve }) => curve.millis);
  if (place === null || all.length === 0) return;
  // The rarity of a share: 0.9 is 1 in 10, 0.99 is 1 in 100.
  const rarity = (share: number): number => Math.log10(1 / (1 - share));
  const joined = joinedLines(
    curves.map(({ name, curve }) => ({ name, times: curve.shares.map(rarity), values: curve.millis })),
  );
  const most = Math.max(1, joined.times.at(-1) ?? 1);
  const percent = (decades: number): string =>
    `${Number((100 * (1 - 10 ** -decades)).toPrecision(2 + Math.floor(decades)))}`;
  charts.add(
    place,
    {
      scales: { x: { time: false, range: [0, most] }, y: { distr: all.every((value) => value > 0) ? 3 : 1 } },
      axes: [
        axis(colours, (value) => `p${percent(value)}`, {
          splits: () => Array.from({ length: Math.floor(most) + 1 }, (_, step) => step),
        }),
        axis(colours, (value) => shortNumber(value)),
      ],
      series: [
        { label: 'share', value: (_, value) => (value === null ? '–' : `p${percent(value)}`) },
        ...joined.lines.map((line, index) => ({
          ...seriesOf({ ...coloured(line, colours, index), ...(index === 1 ? { dash: [5, 3] } : {}) }, 'ms'),
          spanGaps: true,
        })),
      ],
    },
    [[...joined.times], ...joined.lines.map(({ values }) => [...values])],
    false,
  );
}
