// Charts over time that move together: one cursor, one zoom, and a width that follows the window.
import uPlot from 'uplot';

/** All charts of the page. */
export class TimeCharts {
  private readonly charts: { readonly plot: uPlot; readonly place: HTMLElement; readonly isOverTime: boolean }[] = [];
  private readonly observer: ResizeObserver;
  private isZooming = false;

  constructor() {
    this.observer = new ResizeObserver((entries) => {
      for (const { target } of entries) this.fit(target);
    });
  }

  /** Draws a chart into an element; those over time share their cursor and their zoom. */
  add(
    place: HTMLElement,
    options: Omit<uPlot.Options, 'width' | 'height'>,
    data: uPlot.AlignedData,
    isOverTime = true,
  ): void {
    const cursor: uPlot.Cursor = {
      ...options.cursor,
      focus: { prox: 24 },
      ...(isOverTime ? { sync: { key: 'time', setSeries: false } } : {}),
      drag: { x: true, y: false },
    };
    const hooks: uPlot.Hooks.Arrays = {
      ...options.hooks,
      setScale: [
        (plot, scale) => {
          if (isOverTime && scale === 'x') this.follow(plot);
        },
      ],
    };
    const plot = new uPlot({ ...options, cursor, hooks, width: place.clientWidth, height: 190 }, data, place);
    // A canvas says nothing to those who cannot see it; the table below the chart does.
    plot.root.setAttribute('aria-hidden', 'true');
    this.charts.push({ plot, place, isOverTime });
    this.observer.observe(place);
  }

  /** Removes all charts. */
  clear(): void {
    for (const { plot, place } of this.charts.splice(0)) {
      this.observer.unobserve(place);
      plot.destroy();
    }
  }

  /** Shows the whole time in all charts. */
  showAll(): void {
    this.isZooming = true;
    for (const { plot, isOverTime } of this.charts) if (isOverTime) plot.setData(plot.data, true);
    this.isZooming = false;
  }

  private follow(leader: uPlot): void {
    if (this.isZooming) return;
    const { min, max } = leader.scales.x ?? {};
    if (min === undefined || max === undefined || leader.status === 0) return;
    this.isZooming = true;
    for (const { plot, isOverTime } of this.charts) if (isOverTime && plot !== leader) plot.setScale('x', { min, max });
    this.isZooming = false;
  }

  private fit(place: Element): void {
    const chart = this.charts.find((one) => one.place === place);
    if (chart !== undefined && chart.place.clientWidth > 0 && chart.place.clientWidth !== chart.plot.width)
      chart.plot.setSize({ width: chart.place.clientWidth, height: chart.plot.height });
  }
}
