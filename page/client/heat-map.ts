// A heat map of latency: one column per time, one row per step of the logarithmic scale of times.
import type uPlot from 'uplot';
import type { PageHeat } from '../../src/page/page-data.ts';
import { axis } from './axis.ts';
import { clockTime, shortNumber } from './format.ts';
import type { Palette } from './theme.ts';
import type { TimeCharts } from './time-charts.ts';

const SHADES = '0123456789abcdefghijklmnopqrstuvwxyz';

/** Draws the map into an element. */
export function heatMap(
  charts: TimeCharts,
  colours: Palette,
  place: HTMLElement,
  times: readonly number[],
  heat: PageHeat,
): void {
  const [low, high] = [heat.low, heat.bounds.at(-1) ?? heat.low * 2];
  charts.add(
    place,
    {
      scales: { x: { time: false }, y: { distr: 3, range: [low, high] } },
      axes: [axis(colours, (value) => clockTime(value)), axis(colours, (value) => shortNumber(value))],
      series: [
        { label: 'time', value: (_, value) => (value === null ? '–' : clockTime(value)) },
        { label: 'latency in ms', stroke: 'transparent', points: { show: false }, value: () => '' },
      ],
      legend: { show: false },
      hooks: { drawAxes: [(plot) => paint(plot, colours, times, heat)] },
    },
    // The line is invisible: it gives the chart its scales.
    [[...times], times.map((_, index) => (index % 2 === 0 ? low : high))],
  );
}

function paint(plot: uPlot, colours: Palette, times: readonly number[], { low, bounds, columns }: PageHeat): void {
  const { ctx } = plot;
  const half = times.length > 1 ? ((times[1] ?? 0) - (times[0] ?? 0)) / 2 : 0.5;
  ctx.save();
  ctx.beginPath();
  ctx.rect(plot.bbox.left, plot.bbox.top, plot.bbox.width, plot.bbox.height);
  ctx.clip();
  columns.forEach((column, index) => {
    const time = times[index] ?? 0;
    const left = Math.floor(plot.valToPos(time - half, 'x', true));
    const width = Math.ceil(plot.valToPos(time + half, 'x', true)) - left;
    [...column].forEach((shade, row) => {
      const strength = SHADES.indexOf(shade);
      if (strength <= 0) return;
      const bottom = Math.ceil(plot.valToPos(row === 0 ? low : (bounds[row - 1] ?? low), 'y', true));
      const top = Math.floor(plot.valToPos(bounds[row] ?? low, 'y', true));
      const colour = Math.min(colours.heat.length - 1, Math.floor((strength / SHADES.length) * colours.heat.length));
      ctx.fillStyle = colours.heat[colour] ?? colours.ink;
      ctx.fillRect(left, top, width, bottom - top);
    });
  });
  ctx.restore();
}
