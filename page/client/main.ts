// The script of a report: draws the charts from the data in the page, with one cursor and one zoom for all times.
import type { PageData } from '../../src/page/page-data.ts';
import { drawNodes, drawPair, drawSeries, drawTask } from './charts.ts';
import { makeSortable } from './sort-table.ts';
import { addThemeSwitch, palette } from './theme.ts';
import { TimeCharts } from './time-charts.ts';

const data: PageData = JSON.parse(document.getElementById('data')?.textContent ?? '{}');
const charts = new TimeCharts();

function draw(): void {
  charts.clear();
  const colours = palette();
  data.tasks?.forEach((task, index) => {
    drawTask(charts, colours, task, `task-${index}`);
  });
  drawNodes(charts, colours, data.nodes ?? []);
  data.pairs?.forEach((pair, index) => {
    drawPair(charts, colours, pair, `pair-${index}`);
  });
  data.cluster?.forEach((series, index) => {
    drawSeries(charts, colours, series, `cluster-${index}`);
  });
}

draw();
addThemeSwitch(draw);
for (const table of document.querySelectorAll('table.sortable'))
  if (table instanceof HTMLTableElement) makeSortable(table);
document.getElementById('whole')?.addEventListener('click', () => charts.showAll());
