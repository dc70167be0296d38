// The place of a chart in a page: its title, an empty element that the script draws into, and its numbers as a table,
// for those who cannot see it.
import { valueText } from './format.ts';
import { html, type Markup } from './markup.ts';
import { pageTable } from './table.ts';
import { thinned } from './task-data.ts';

/** Rows of the table below a chart at most. */
const ROWS = 40;

/** A chart and its numbers. */
export interface ChartFigure {
  /** Name of the element that the script draws into. */
  readonly id: string;
  readonly title: string;
  /** What the numbers count. */
  readonly unit: string;
  /** The first column of the table: what it is called, and its values as text. */
  readonly axis: {
    readonly name: string;
    readonly values: readonly number[];
    readonly text: (value: number) => string;
  };
  readonly columns: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
}

/** The place of a chart. */
export function chartFigure({ id, title, unit, axis, columns }: ChartFigure): Markup {
  const places = thinned(axis.values, axis.values, ROWS).values;
  const thin = columns.map(({ values }) => thinned(axis.values, values, ROWS).values);
  const table = pageTable({
    label: `Numbers of ${title}`,
    isSortable: false,
    head: [axis.name, ...columns.map(({ name }) => name)],
    rows: places.map((place, row) => ({
      name: place === null ? '' : axis.text(place),
      cells: thin.map((values) => ({ text: valueText(values[row] ?? null) })),
    })),
  });
  return html`<figure aria-label="${title}">
<h3>${title} <small>${unit === '' ? '' : `in ${unit}`}</small></h3>
<div class="chart" id="${id}"></div>
<details><summary>Numbers<span class="hidden"> of ${title}</span></summary>${table}</details>
</figure>`;
}
