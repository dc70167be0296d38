// Trends as tables: one of the series, one of their changes; and as JSON.
import { Float, type Json, type JsonObject } from '../json.ts';
import { figureText } from '../metrics/figure.ts';
import { csvCell } from '../report/csv-table.ts';
import { formatGeneral } from '../report/number-format.ts';
import { type Align, type Column, pipeTable } from '../report/pipe-table.ts';
import { signed } from './comparison-table.ts';
import type { Change, TrendPoint, TrendSeries } from './trend.ts';

/** Characters from the lowest to the highest value of a series. */
const BARS = '▁▂▃▄▅▆▇█';
/** A sparkline shows the newest so many runs. */
const SPARKS = 30;

/** One row per series: how many runs, its newest value, its range, its course, and its changes. */
export function trendMarkdown(series: readonly TrendSeries[], align: Align): string {
  return pipeTable([
    text(
      'Figure',
      series.map(({ figure }) => figureText(figure)),
    ),
    text(
      'Task',
      series.map(({ task }) => task),
    ),
    number(
      'Runs',
      align,
      series.map(({ points }) => String(points.length)),
    ),
    number(
      'Newest',
      align,
      series.map(({ points }) => formatGeneral(points.at(-1)?.value ?? Number.NaN)),
    ),
    text(
      'Unit',
      series.map(({ unit }) => unit),
    ),
    { header: 'Course', align: 'left', cells: series.map(({ points }) => sparkline(points)) },
    number(
      'Changes',
      align,
      series.map(({ changes }) => String(changes.length)),
    ),
  ]);
}

/** One row per change, with the runs before and after it. */
export function changesMarkdown(series: readonly TrendSeries[], align: Align): string {
  const rows = series.flatMap((one) => one.changes.map((change) => ({ one, change })));
  return pipeTable([
    text(
      'Figure',
      rows.map(({ one }) => figureText(one.figure)),
    ),
    text(
      'Task',
      rows.map(({ one }) => one.task),
    ),
    number(
      'Before',
      align,
      rows.map(({ change }) => formatGeneral(change.before)),
    ),
    number(
      'After',
      align,
      rows.map(({ change }) => formatGeneral(change.after)),
    ),
    number(
      '%Diff',
      align,
      rows.map(({ change }) => percentText(change)),
    ),
    text(
      'Unit',
      rows.map(({ one }) => one.unit),
    ),
    text(
      'Last run before',
      rows.map(({ change }) => runText(change.lastBefore)),
    ),
    text(
      'First run after',
      rows.map(({ change }) => runText(change.firstAfter)),
    ),
    text(
      'Verdict',
      rows.map(({ change }) => verdict(change)),
    ),
  ]);
}

const text = (header: string, cells: readonly string[]): Column => ({ header, align: 'right', cells });
const number = (header: string, align: Align, cells: readonly string[]): Column => ({ header, align, cells });

const percentText = ({ percent }: Change): string => (percent === null ? 'n/a' : `${signed(percent, 2)}%`);

const verdict = ({ isWorse, isNewRegression }: Change): string =>
  isNewRegression ? 'new regression' : isWorse ? 'regression' : 'improvement';

const runText = ({ id, timestamp }: TrendPoint): string => `${id} (${new Date(timestamp).toISOString().slice(0, 16)}Z)`;

/** The newest values as a line of bars between the lowest and the highest of them. */
export function sparkline(points: readonly TrendPoint[]): string {
  const values = points.slice(-SPARKS).map(({ value }) => value);
  const low = Math.min(...values);
  const span = Math.max(...values) - low;
  return values
    .map((value) => BARS.charAt(span === 0 ? 0 : Math.round(((value - low) / span) * (BARS.length - 1))))
    .join('');
}

/** Every point as comma-separated values (RFC 4180); the last column says where a new level begins. */
export function trendCsv(series: readonly TrendSeries[]): string {
  const lines = [
    ['Figure', 'Task', 'TestRun ID', 'Timestamp', 'Value', 'Unit', 'Change'],
    ...series.flatMap(({ figure, task, unit, points, changes }) =>
      points.map(({ id, timestamp, value }, index) => {
        const change = changes.find(({ at }) => at === index);
        return [
          figureText(figure),
          task,
          id,
          new Date(timestamp).toISOString(),
          String(value),
          unit,
          change === undefined ? '' : verdict(change),
        ];
      }),
    ),
  ];
  return lines.map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('');
}

/** All series with their points and changes, as JSON. */
export function trendJson(series: readonly TrendSeries[]): Json {
  return series.map(
    ({ figure, task, unit, points, changes }): JsonObject =>
      new Map<string, Json>([
        ['figure', figureText(figure)],
        ['task', task],
        ['unit', unit],
        [
          'points',
          points.map(
            ({ id, timestamp, value }): JsonObject =>
              new Map<string, Json>([
                ['test-run-id', id],
                ['timestamp', new Date(timestamp).toISOString()],
                ['value', new Float(value)],
              ]),
          ),
        ],
        [
          'changes',
          changes.map(
            (change): JsonObject =>
              new Map<string, Json>([
                ['last-before', change.lastBefore.id],
                ['first-after', change.firstAfter.id],
                ['before', new Float(change.before)],
                ['after', new Float(change.after)],
                ['percent', change.percent === null ? null : new Float(change.percent)],
                ['verdict', verdict(change)],
              ]),
          ),
        ],
      ]),
  );
}
