// The axes of all charts.
import type uPlot from 'uplot';
import type { Palette } from './theme.ts';

/** An axis with quiet lines and numbers. */
export function axis(colours: Palette, text: (value: number) => string, extra: Partial<uPlot.Axis> = {}): uPlot.Axis {
  return {
    stroke: colours.ink,
    grid: { stroke: colours.grid, width: 1 },
    ticks: { stroke: colours.grid, width: 1, size: 4 },
    font: '11px system-ui, sans-serif',
    size: 44,
    values: (_, values) => values.map((value) => (value === null ? '' : text(value))),
    ...extra,
  };
}
